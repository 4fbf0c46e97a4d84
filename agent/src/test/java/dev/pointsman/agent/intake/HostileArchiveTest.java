package dev.pointsman.agent.intake;

import static dev.pointsman.agent.intake.TarBytes.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of an archive is ignored, and that a damaged one is not even looked at. */
class HostileArchiveTest {
  @TempDir private static Path keys;
  private static SigningKey ci;

  @TempDir private Path temp;
  private TestHost host;

  @BeforeAll
  static void makeKey() throws Exception {
    ci = new SigningKey(keys, "ci", "-t", "ed25519");
  }

  @BeforeEach
  void startHost() throws Exception {
    host = new TestHost(temp, ci);
    host.receive(TestBundle.archive(ci).build());
    host.store().flip(TestHost.R1);
    assertThat(host.journaled).hasSize(1);
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  private static TestBundle bundle(byte[] tar) {
    TestBundle bundle = TestBundle.archive(ci).payload(tar).counts(50, 1_000);
    bundle.release = "r2";
    bundle.sequence = "8";
    return bundle;
  }

  private static final dev.pointsman.protocol.bundle.ReleaseId R2 =
      new dev.pointsman.protocol.bundle.ReleaseId("r2");

  private static java.io.InputStream in(byte[] bytes) {
    return new java.io.ByteArrayInputStream(bytes);
  }

  @Test
  void attributesThatCarryPowerAreIgnored() throws Exception {
    TarBytes tar =
        tar()
            .pax('x', "SCHILY.xattr.security.capability=\1\0\0\2", "mtime=9e9999999", "uid=0")
            .entry(
                '0',
                "a",
                "",
                "x",
                header ->
                    put(header, 108, "\u00ff\u00ff\u00ff".getBytes(StandardCharsets.ISO_8859_1)))
            .entry(
                '5',
                "locked",
                "",
                "",
                header -> put(header, 100, "0000000\0".getBytes(StandardCharsets.US_ASCII)))
            .file("locked/b", "y");
    Received received = host.receive(R2, in(bundle(tar.end()).counts(2, 2).build()));
    Path release = received.release().directory();
    assertThat(Files.getPosixFilePermissions(release.resolve("locked")))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(release.resolve("locked/b")).hasContent("y");
    Path out = temp.resolve("getfattr");
    Process listing =
        new ProcessBuilder(
                "python3",
                "-c",
                "import os,sys; print(os.listxattr(sys.argv[1]))",
                release.resolve("a").toString())
            .redirectOutput(out.toFile())
            .start();
    assertThat(listing.waitFor()).isZero();
    assertThat(out).hasContent("[]");
  }

  @Test
  void aFlippedBitInASignedArchiveIsNeverUnpacked() throws Exception {
    TestBundle bundle = bundle(tar().file("a.txt", "hello").end()).counts(1, 5);
    bundle.gzip = true;
    byte[] sent = bundle.build();
    int payloadAt = sent.length - 1_024 - (bundle.sentPayload().length + 511) / 512 * 512;
    for (int i = 0; i < bundle.sentPayload().length; i++) {
      byte[] flipped = sent.clone();
      flipped[payloadAt + i] ^= 0x10;
      host.refuses("archive.digest", R2, in(flipped));
    }
  }
}
