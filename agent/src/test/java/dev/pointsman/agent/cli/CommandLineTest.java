package dev.pointsman.agent.cli;

import static dev.pointsman.agent.cli.Terminal.away;
import static dev.pointsman.agent.cli.Terminal.deployment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.access.TokenLine;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.ApiProblems;
import dev.pointsman.agent.client.Target;
import dev.pointsman.protocol.api.AppCondition;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Phase;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReleaseState;
import dev.pointsman.protocol.bundle.AppName;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
  @TempDir Path temp;
  private final Terminal terminal = Terminal.plain();

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                    | pointsman: say what to do; the commands are agent, check-config, doctor, pack, sign, verify, push, pull, deploy, rollback, plan, reload, restart, scale, stop, start, status, releases, pin, unpin, gc, upgrade-agent, events, logs, token, trust
          stats                 | did you mean status or start or restart?
          deploy                | pointsman deploy: Missing required parameters: 'APP', 'RELEASE'
          deploy web            | pointsman deploy: Missing required parameter: 'RELEASE'
          deploy Web r1         | 'Web' is not one: a small letter, then up to 38 small letters, digits and '-'
          deploy web current    | 'current' is not one: letters, digits and '._-'
          deploy web r1 --wat   | pointsman deploy: Unknown option: '--wat'
          deploy web r1 --timeout 5  | '5' is not one: as 250ms, 10s, 5m, 1h or 7d
          push --wait somewhere | --wait goes with --deploy
          token                 | say what to do with tokens: new
          token new --name x --scope write --app web | not a scope: 'write' (read, deploy, admin)
          token new --name local --scope read --app web | not a token name: 'local'
          token new --name x --scope read --app Web | not an app name: 'Web'
          status --socket a --url http://b | --socket and --url exclude each other
          status --url ftp://b  | not an address of an agent: 'ftp://b'
          status --url http://b/x | not an address of an agent: 'http://b/x'
          """)
  void mistakesOnTheCommandLineAreExplained(String line, String words) {
    assertThat(terminal.run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(64);
    assertThat(terminal.err()).contains(words).contains("--help");
    assertThat(terminal.out()).isEmpty();
  }

  @Test
  void helpAndVersionGoToTheOutput() {
    assertThat(terminal.run("--help")).isZero();
    assertThat(terminal.out()).contains("check-config", "rollback", "Signed releases");
    assertThat(terminal.run("deploy", "--help")).isZero();
    assertThat(terminal.out()).contains("--wait", "--timeout", "(15m)", "POINTSMAN_URL");
    assertThat(terminal.run("--version")).isZero();
    assertThat(terminal.out()).startsWith("pointsman ");
  }

  @Test
  void theAgentIsStartedWithItsFile() {
    assertThat(terminal.run("agent", "--config", "a.toml")).isEqualTo(7);
    terminal.run("agent");
    assertThat(terminal.started)
        .containsExactly(Path.of("a.toml"), Path.of("/etc/pointsman/agent.toml"));
  }

  @Test
  void statusIsTheAgentsTable() {
    AppResource app =
        new AppResource(
            "web",
            AppCondition.EMPTY,
            null,
            null,
            "127.0.0.1:3000",
            2,
            List.of(),
            null,
            List.of("disk is full"));
    terminal.api.answering(List.of(app), app, List.of(app));
    assertThat(terminal.run("status")).isZero();
    assertThat(terminal.out())
        .startsWith("APP")
        .contains("web  empty")
        .contains("web: disk is full");
    assertThat(terminal.run("status", "web")).isZero();
    assertThat(terminal.out()).startsWith("web is empty");
    assertThat(terminal.run("status", "--json")).isZero();
    assertThat(terminal.out()).startsWith("[{\"app\":\"web\"");
    assertThat(terminal.api.asked).containsExactly("apps", "app web", "apps");
  }

  @Test
  void releasesAreListedWithTheCurrentOneMarked() {
    Instant at = Instant.parse("2026-11-22T18:45:07Z");
    terminal.api.answering(
        List.of(
            new ReleaseResource(
                "web",
                "r2",
                ReleaseState.ACTIVE,
                true,
                8,
                "ab",
                List.of("ci@web", "ann@ops"),
                at,
                at,
                3,
                2048,
                true,
                null)),
        List.of());
    assertThat(terminal.run("releases", "web")).isZero();
    assertThat(terminal.out().lines().skip(1).findFirst())
        .hasValue(
            "*  r2       active  yes     8         ci@web,ann@ops  2026-11-22T18:45:07Z  3      2.0 KiB");
    terminal.run("releases", "web");
    assertThat(terminal.out()).isEqualTo("no releases yet; next: pointsman push DIR\n");
  }

  @Test
  void withoutWaitingItSaysWhatWasAskedFor() {
    terminal.api.answering(deployment(DeploymentState.PENDING, Phase.ACTIVATE, 0));
    assertThat(terminal.run("deploy", "web", "r2", "--force")).isZero();
    assertThat(terminal.out())
        .isEqualTo("web-12 is to move web to r2\nnext: pointsman status web\n");
    assertThat(terminal.api.asked).containsExactly("deploy web r2 force");
    terminal.api.answering(deployment(DeploymentState.PENDING, Phase.ACTIVATE, 0));
    assertThat(terminal.run("rollback", "web", "r1", "--json")).isZero();
    assertThat(terminal.out()).startsWith("{\"id\":\"web-12\"");
  }

  @Test
  void aRefusalSaysWhatWhereWhyAndWhatNext() {
    ApiProblem problem = ApiProblems.of(ErrorCode.RELEASE_BAD, "r2 failed here on Friday.", "r2");
    terminal.api.answering(problem, problem);
    assertThat(terminal.run("deploy", "web", "r2")).isEqualTo(4);
    assertThat(terminal.err())
        .isEqualTo(
            """
            refused: r2 failed here on Friday.
              code:  release.bad
              where: r2
              next:  This release failed here before; build a new one, or repeat with force.
            """);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.run("deploy", "web", "r2", "--json")).isEqualTo(4);
    assertThat(terminal.out()).isEqualTo(problem.json() + "\n");
  }

  @Test
  void noAgentIsNotARefusal() {
    terminal.api.answering(away("no agent answers at /run/x.sock"));
    assertThat(terminal.run("status")).isEqualTo(69);
    assertThat(terminal.err()).isEqualTo("pointsman: no agent answers at /run/x.sock\n");
    assertThat(terminal.api.isClosed()).isTrue();
  }

  @Test
  void aBugIsCalledOne() {
    terminal.api.answering(new IllegalStateException("slot 9"));
    assertThat(terminal.run("status")).isEqualTo(70);
    assertThat(terminal.err()).contains("this is a bug").contains("slot 9").contains("  at ");
  }

  @Test
  void theAgentIsFoundByOptionThenEnvironmentThenHabit() throws Exception {
    Path file = temp.resolve("token");
    Files.writeString(file, "pm_file\n");
    for (int i = 0; i < 6; i++) {
      terminal.api.answering(List.of());
    }
    terminal.run("status");
    terminal.env.put("POINTSMAN_SOCKET", "/tmp/env.sock");
    terminal.run("status");
    terminal.run("status", "--socket", "/tmp/option.sock");
    terminal.env.remove("POINTSMAN_SOCKET");
    terminal.env.put("POINTSMAN_URL", "http://127.0.0.1:1");
    terminal.env.put("POINTSMAN_TOKEN", "pm_env");
    terminal.run("status");
    terminal.run("status", "--url", "http://[::1]:2", "--token-file", file.toString());
    assertThat(terminal.err()).isEmpty();
    terminal.run("status", "--url", "http://elsewhere:2");
    assertThat(terminal.err()).contains("unencrypted");
    assertThat(terminal.targets)
        .containsExactly(
            new Target.Socket(Path.of("/run/pointsman/api.sock")),
            new Target.Socket(Path.of("/tmp/env.sock")),
            new Target.Socket(Path.of("/tmp/option.sock")),
            new Target.Url(URI.create("http://127.0.0.1:1"), Optional.of("pm_env")),
            new Target.Url(URI.create("http://[::1]:2"), Optional.of("pm_file")),
            new Target.Url(URI.create("http://elsewhere:2"), Optional.of("pm_env")));
    terminal.env.put("POINTSMAN_SOCKET", "/tmp/env.sock");
    assertThat(terminal.run("status")).isEqualTo(64);
    assertThat(terminal.err()).contains("are both set");
  }

  @Test
  void aTokenFileThatIsMissingOrOddIsNamed() throws Exception {
    Path file = temp.resolve("token");
    assertThat(
            terminal.run("status", "--url", "http://127.0.0.1:2", "--token-file", file.toString()))
        .isEqualTo(74);
    assertThat(terminal.err()).isEqualTo("pointsman: there is no file " + file + "\n");
    Files.writeString(file, "a\nb\n");
    terminal.run("status", "--url", "http://127.0.0.1:2", "--token-file", file.toString());
    assertThat(terminal.err()).contains("must hold one token and nothing else");
  }

  @Test
  void aNewTokenIsShownWithTheLineThatLetsItIn() {
    assertThat(
            terminal.run(
                "token", "new", "--name", "ci", "--scope", "read,deploy", "--app", "web,api"))
        .isZero();
    List<String> lines = terminal.out().lines().toList();
    String token = lines.get(1);
    TokenLine line = TokenLine.parse(lines.get(4));
    assertThat(token).matches("pm_[A-Za-z0-9_-]{43}");
    assertThat(line).isEqualTo(TokenLine.of("ci", token, line.scope(), line.apps()));
    assertThat(line.scope()).hasToString("deploy");
    assertThat(line.apps()).containsExactlyInAnyOrder(new AppName("web"), new AppName("api"));
    terminal.run("token", "new", "--name", "ci", "--scope", "admin", "--app", "*", "--json");
    assertThat(terminal.out())
        .contains("\"token\":\"pm_")
        .contains(" admin *\"")
        .doesNotContain(token);
  }

  @Test
  void theConfigurationIsCheckedAndShown() throws Exception {
    Files.createDirectories(temp.resolve("apps.d"));
    Files.writeString(temp.resolve("allowed_signers"), "");
    Path file = temp.resolve("agent.toml");
    Files.writeString(file, "name = \"h\"\n");
    assertThat(terminal.run("check-config", "--config", file.toString())).isZero();
    assertThat(terminal.out()).startsWith("name = \"h\"\n").contains("uploads_per_app = 2\n");
    Files.writeString(file, "nam = 1\n");
    assertThat(terminal.run("check-config", "--config", file.toString())).isEqualTo(78);
    assertThat(terminal.err())
        .isEqualTo(file + ":1:1: nam is not known here; did you mean name?\n");
    assertThat(terminal.run("check-config", "--json", "--config", file.toString())).isEqualTo(78);
    assertThat(terminal.out()).contains("\"valid\":false", "\"line\":1", "did you mean name?");
  }
}
