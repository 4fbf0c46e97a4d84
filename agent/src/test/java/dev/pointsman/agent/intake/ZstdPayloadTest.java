package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.zstd.Zstd;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZstdPayloadTest {
  private static final ReleaseId R1 = new ReleaseId("r1");

  @TempDir Path temp;
  private TestHost host;
  private TestBundle listed;
  private TestBundle archive;

  @BeforeEach
  void makeHost() throws Exception {
    SigningKey key = new SigningKey(temp, "ci", "-t", "ed25519");
    host = new TestHost(temp, key);
    listed = TestBundle.listed(key);
    archive = TestBundle.archive(key);
    listed.rawZstd = compress(listed.payload);
    archive.rawZstd = compress(archive.payload);
  }

  private static byte[] compress(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zstd = Zstd.compress(out)) {
      zstd.write(bytes);
    }
    return out.toByteArray();
  }

  private static ByteArrayInputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  @Test
  void isTakenAgainstAList() throws Exception {
    assertThat(host.receive(R1, in(listed.build())).release().directory().resolve("a.txt"))
        .hasContent("hello");
  }

  @Test
  void isTakenAsAnArchive() throws Exception {
    assertThat(host.receive(R1, in(archive.build())).release().directory().resolve("a.txt"))
        .hasContent("hello");
  }

  @Test
  void aBombIsStoppedByTheSignedBytes() throws Exception {
    // A file of 5 bytes whose tar goes on with zeros that nobody signed for.
    byte[] zeros = compress(Arrays.copyOf(listed.payload, 600 << 20));
    assertThat(zeros.length).isLessThan(100_000);
    listed.rawZstd = zeros;
    host.refuses("tar.trailing-data", R1, in(listed.build()));
  }

  @Test
  void aFrameThatAnnouncesTooMuchIsNotDecoded() throws Exception {
    listed.rawZstd =
        HexFormat.of().parseHex("28b52ffd" + "c000" + "0000000001000000" + "030010" + "00");
    host.refuses("limit.bytes", R1, in(listed.build()));
  }

  @Test
  void aWideWindowADictionaryAndASecondFrameAreRefused() throws Exception {
    listed.rawZstd = HexFormat.of().parseHex("28b52ffd" + "00ff" + "090000" + "61");
    host.refuses("zstd.window", R1, in(listed.build()));
    listed.rawZstd = HexFormat.of().parseHex("28b52ffd" + "010007" + "090000" + "61");
    host.refuses("zstd.format", R1, in(listed.build()));
    byte[] one = compress(listed.payload);
    byte[] two = Arrays.copyOf(one, one.length * 2);
    System.arraycopy(one, 0, two, one.length, one.length);
    listed.rawZstd = two;
    host.refuses("zstd.format", R1, in(listed.build()));
  }

  @Test
  void aFlippedBitInASignedArchiveIsNeverDecoded() throws Exception {
    byte[] sent = archive.build();
    sent[sent.length - 1_024 - 512] ^= 1;
    host.refuses("archive.digest", R1, in(sent));
  }
}
