package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.config.HostConfig.SignersConfig;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.SshPublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustFilesTest {
  @TempDir private static Path keys;
  private static String key;

  @TempDir private Path conf;
  private final List<String> alarms = new ArrayList<>();
  private Path signers;
  private TrustFiles files;

  @BeforeAll
  static void makeKey() throws Exception {
    key = new SigningKey(keys, "ci", "-t", "ed25519").publicKey();
  }

  @BeforeEach
  void writeFiles() throws IOException {
    signers = Files.writeString(conf.resolve("allowed_signers"), "ci@web " + key + "\n");
    Path revoked = Files.writeString(conf.resolve("revoked"), "# none\n");
    files = new TrustFiles(new SignersConfig(signers, Optional.of(revoked)), alarms::add);
  }

  private String refusal() {
    Rejected rejected = catchThrowableOfType(Rejected.class, files::now);
    assertThat(rejected.code()).isEqualTo(ErrorCode.AGENT_TRUST);
    return rejected.getMessage();
  }

  @Test
  void areReadAgainWhenTheyChange() throws Exception {
    assertThat(files.now().signers().principals()).containsExactly("ci@web");
    Files.writeString(signers, "bob@ops " + key + "\n");
    assertThat(files.now().signers().principals()).containsExactly("bob@ops");
  }

  @Test
  void keepTheLastGoodContentAndReportAMistakeOnce() throws Exception {
    files.now();
    Files.writeString(signers, "ci@web frobnicate=yes " + key + "\n");
    assertThat(files.now().signers().principals()).containsExactly("ci@web");
    assertThat(files.now().signers().principals()).containsExactly("ci@web");
    assertThat(alarms).singleElement().asString().contains(signers.toString(), "not valid");
    Files.writeString(signers, "eve@ops " + key + "\n");
    assertThat(files.now().signers().principals()).containsExactly("eve@ops");
  }

  @Test
  void trustNobodyWhereTheyWereNeverValid() throws Exception {
    Files.writeString(signers, "what is this\n");
    assertThat(refusal()).contains(signers.toString());
    Files.writeString(signers, "# nobody\n");
    assertThat(refusal()).contains("allowed_signers");
    assertThat(alarms).isEmpty();
  }

  @Test
  void trustNobodyWhenOneIsGone() throws Exception {
    files.now();
    Files.delete(conf.resolve("revoked"));
    assertThat(refusal()).contains("revoked cannot be read");
  }

  @Test
  void trustNobodyWhenEverybodyCanWriteThem() throws Exception {
    files.now();
    Files.setPosixFilePermissions(signers, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(refusal()).contains("chmod o-w " + signers);
    Files.setPosixFilePermissions(signers, PosixFilePermissions.fromString("rw-r--r--"));
    files.now();
    Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(refusal()).contains("chmod o-w " + conf);
  }

  @Test
  void areBounded() throws Exception {
    Files.write(signers, new byte[(1 << 20) + 1]);
    assertThat(refusal()).contains("larger than");
  }

  @Test
  void seeAnEditThatKeepsSizeAndTime() throws Exception {
    files.now();
    FileTime time = Files.getLastModifiedTime(signers);
    Files.writeString(signers, "ci@api " + key + "\n");
    Files.setLastModifiedTime(signers, time);
    assertThat(files.now().signers().principals()).containsExactly("ci@api");
  }

  @Test
  void seeAFileThatWasPutInPlaceOfTheOldOne() throws Exception {
    files.now();
    Path beside = Files.writeString(conf.resolve("new"), "eve@ops " + key + "\n");
    Files.move(beside, signers, StandardCopyOption.ATOMIC_MOVE);
    assertThat(files.now().signers().principals()).containsExactly("eve@ops");
  }

  @Test
  void leaveARunningRequestThePolicyItBeganWith() throws Exception {
    TrustFiles.Trusted begun = files.now();
    Files.writeString(signers, "eve@ops " + key + "\n");
    assertThat(files.now().signers().principals()).containsExactly("eve@ops");
    assertThat(begun.signers().principals()).containsExactly("ci@web");
    assertThat(files.now().version()).isNotEqualTo(begun.version());
  }

  @Test
  void tellWhatIsWrongForAsLongAsItIs() throws Exception {
    files.now();
    assertThat(files.problems()).isEmpty();
    Files.writeString(signers, "what is this\n");
    files.now();
    assertThat(files.problems()).singleElement().asString().contains("last good content stays");
    Files.delete(signers);
    assertThat(refusal()).contains("cannot be read");
    assertThat(files.problems()).first().asString().contains("Uploads are refused");
    Files.writeString(signers, "ci@web " + key + "\n");
    files.now();
    assertThat(files.problems()).isEmpty();
  }

  /** An editor that empties the file before it writes must not let anybody in. */
  @Test
  void keepWhatWasRevokedForAMomentAfterAChange() throws Exception {
    long[] now = {0};
    Path revoked = conf.resolve("revoked");
    TrustFiles timed =
        new TrustFiles(
            new SignersConfig(signers, Optional.of(revoked)),
            alarms::add,
            SafePath.ofAgent(),
            () -> now[0]);
    SshPublicKey known = SshPublicKey.parse(Base64.getDecoder().decode(key.split(" ")[1]));
    assertThat(timed.now().revoked().contains(known)).isFalse();
    Files.writeString(revoked, key + "\n");
    assertThat(timed.now().revoked().contains(known)).as("at once").isTrue();
    now[0] += TrustFiles.SETTLING.toNanos();
    Files.writeString(revoked, "");
    assertThat(timed.now().revoked().contains(known)).as("while it may be rewritten").isTrue();
    long version = timed.now().version();
    now[0] += TrustFiles.SETTLING.toNanos();
    assertThat(timed.now().revoked().contains(known)).as("afterwards").isFalse();
    assertThat(timed.now().version()).isNotEqualTo(version);
  }

  @Nested
  class Strangers {
    private static final int STRANGER = 4_711;

    @Test
    void mayNotOwnTheFile() throws Exception {
      Files.setAttribute(signers, "unix:uid", STRANGER);
      assertThat(refusal()).contains(signers + " belongs to user 4711");
    }

    @Test
    void mayNotOwnADirectoryOnTheWay() throws Exception {
      Path theirs = Files.createDirectories(conf.resolve("theirs/inner"));
      Path moved = Files.move(signers, theirs.resolve("allowed_signers"));
      Files.setAttribute(conf.resolve("theirs"), "unix:uid", STRANGER);
      files = new TrustFiles(new SignersConfig(moved, Optional.empty()), alarms::add);
      assertThat(refusal()).contains("theirs belongs to user 4711");
    }

    @Test
    void mayNotWriteByWayOfAGroup() throws Exception {
      Files.setPosixFilePermissions(signers, PosixFilePermissions.fromString("rw-rw-r--"));
      assertThat(files.now()).as("the agent's own group").isNotNull();
      Files.setAttribute(signers, "unix:gid", STRANGER);
      assertThat(refusal()).contains("can be written by group 4711: chmod g-w");
    }

    @Test
    void mayNotExchangeALinkOnTheWay() throws Exception {
      Path open = Files.createDirectories(conf.resolve("open"));
      Path link = Files.createSymbolicLink(open.resolve("link"), signers);
      Path first = Files.createSymbolicLink(conf.resolve("first"), Path.of("open/link"));
      files = new TrustFiles(new SignersConfig(first, Optional.empty()), alarms::add);
      assertThat(files.now().signers().principals()).containsExactly("ci@web");
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
      assertThat(refusal()).contains("chmod o-w " + open);
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setAttribute(link, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
      assertThat(refusal()).contains(link + " belongs to user 4711");
    }

    @Test
    void cannotMakeTheAgentWaitOrGoInCircles() throws Exception {
      Path circle = conf.resolve("circle");
      Files.createSymbolicLink(circle, circle.getFileName());
      files = new TrustFiles(new SignersConfig(circle, Optional.empty()), alarms::add);
      assertThat(refusal()).contains("does not lead to a file");
      files =
          new TrustFiles(
              new SignersConfig(Files.createDirectories(conf.resolve("d")), Optional.empty()),
              alarms::add);
      assertThat(refusal()).contains("does not lead to a file");
      files =
          new TrustFiles(new SignersConfig(Path.of("/dev/zero"), Optional.empty()), alarms::add);
      assertThat(refusal()).contains("/dev/zero is neither a file nor a directory");
    }
  }
}
