package dev.pointsman.agent.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  private static final String SECRET = "pm_secret";
  private static final Set<AppName> WEB = Set.of(new AppName("web"));

  @TempDir Path directory;
  private final AtomicLong now = new AtomicLong();
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("tokens");
  }

  private Tokens tokens(String... lines) throws IOException {
    Files.write(file, java.util.List.of(lines));
    return new Tokens(file, now::get);
  }

  private static String line(String name, String token, Scope scope) {
    return TokenLine.of(name, token, scope, WEB).toString();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void knowTheCallerOfAToken() throws Exception {
    Tokens tokens = tokens("# comment", "", "  ", line("ci", SECRET, Scope.DEPLOY));

    assertThat(tokens.admit("Bearer " + SECRET)).isEqualTo(new Caller("ci", Scope.DEPLOY, WEB));
    assertThat(tokens.admit("bearer  " + SECRET + " ").name()).isEqualTo("ci");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer pm_secreT", "Bearer ", "pm_secret", "Basic pm_secret"})
  void refuseEverythingElse(String authorization) throws Exception {
    Tokens tokens = tokens(line("ci", SECRET, Scope.DEPLOY));

    assertThatThrownBy(() -> tokens.admit(authorization))
        .isInstanceOfSatisfying(
            Rejected.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTH_INVALID));
  }

  @Test
  void doNotTakeTheHashForTheToken() throws Exception {
    Tokens tokens = tokens(line("ci", SECRET, Scope.DEPLOY));

    assertThatThrownBy(() -> tokens.admit("Bearer " + TokenLine.hex(SECRET)))
        .isInstanceOf(Rejected.class);
  }

  @Test
  void noticeAChange() throws Exception {
    Tokens tokens = tokens(line("ci", SECRET, Scope.DEPLOY));
    Files.writeString(file, line("ci", "pm_another-one", Scope.READ) + "\n");
    pass(Duration.ofSeconds(1));

    assertThat(tokens.admit("Bearer pm_another-one").scope()).isEqualTo(Scope.READ);
    assertThatThrownBy(() -> tokens.admit("Bearer " + SECRET)).isInstanceOf(Rejected.class);
  }

  @Test
  void keepTheOldOnesWhileTheFileIsBad() throws Exception {
    Tokens tokens = tokens(line("ci", SECRET, Scope.DEPLOY));
    Files.writeString(file, "half a li");
    pass(Duration.ofSeconds(1));
    assertThat(tokens.admit("Bearer " + SECRET).name()).isEqualTo("ci");
    Files.delete(file);
    pass(Duration.ofSeconds(1));
    assertThat(tokens.admit("Bearer " + SECRET).name()).isEqualTo("ci");
    Files.writeString(file, line("new", "pm_new", Scope.READ));
    pass(Duration.ofSeconds(1));

    assertThat(tokens.admit("Bearer pm_new").name()).isEqualTo("new");
    assertThatThrownBy(() -> tokens.admit("Bearer " + SECRET)).isInstanceOf(Rejected.class);
  }

  @ParameterizedTest
  @CsvSource({
    "ci x deploy, has 3 fields",
    "ci abc deploy web, not a SHA-256",
    "local HASH deploy web, not a token name: 'local'",
    "ci HASH deploi web, not a scope: 'deploi'",
    "ci HASH deploy Web, not an app name: 'Web'",
    "'ci HASH deploy web,', not an app name: ''",
    "old HASH read web, names 'old' a second time"
  })
  void nameTheLineThatIsWrong(String line, String complaint) {
    String hash = TokenLine.hex("x");

    assertThatThrownBy(() -> tokens(line("old", "y", Scope.READ), line.replace("HASH", hash)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ":2: ")
        .hasMessageContaining(complaint);
  }

  @Test
  void areNotReadFromAFileThatEverybodyMayWrite() throws Exception {
    Files.writeString(file, "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

    assertThatThrownBy(() -> new Tokens(file, now::get))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod o-w " + file);
  }

  @Test
  void areMissedByName() {
    assertThatThrownBy(() -> new Tokens(file, now::get))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot read the tokens file " + file);
  }

  @Test
  void takeTheWidestScopeOfALine() {
    String hash = TokenLine.hex("x");

    TokenLine line = TokenLine.parse("ci " + hash + "\tread,deploy,read api,web");

    assertThat(line.scope()).isEqualTo(Scope.DEPLOY);
    assertThat(line.apps()).containsExactlyInAnyOrder(new AppName("web"), new AppName("api"));
    assertThat(line).hasToString("ci " + hash + " deploy api,web");
    assertThat(TokenLine.parse("x " + hash + " admin *").apps()).isEmpty();
  }

  @Test
  void areMadeSoThatNobodyGuessesThem() {
    String token = TokenLine.newToken();

    assertThat(token).matches("pm_[A-Za-z0-9_-]{43}").isNotEqualTo(TokenLine.newToken());
  }
}
