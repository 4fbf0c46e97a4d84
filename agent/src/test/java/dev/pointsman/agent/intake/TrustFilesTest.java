package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.config.HostConfig.SignersConfig;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
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
}
