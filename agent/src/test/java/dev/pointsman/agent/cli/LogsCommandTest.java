package dev.pointsman.agent.cli;

import static dev.pointsman.agent.cli.Terminal.away;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.ApiProblems;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.LogLineResource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogsCommandTest {
  /** What ends an endless command in a test. */
  private static final ApiProblem END = ApiProblems.of(ErrorCode.AUTH_INVALID, "No.", null);

  private final Terminal terminal = Terminal.plain();

  private static LogLineResource line(int slot, String release, String text) {
    return new LogLineResource(
        Instant.parse("2026-11-22T18:45:07.123Z"), slot, "1.1.1", release, "abcd", text);
  }

  @Test
  void printsWhoWroteEachLineAndLetsNoneCommandTheTerminal() {
    terminal.api.answering(List.of(line(0, "r1", "one"), line(1, "", "red \u001b[31m")));

    assertThat(terminal.run("logs", "web")).isZero();

    assertThat(terminal.out())
        .isEqualTo(
            """
            2026-11-22T18:45:07Z 0|r1 one
            2026-11-22T18:45:07Z 1|- red ?[31m
            """);
    assertThat(terminal.api.asked).containsExactly("logs web {lines=100}");
  }

  @Test
  void asksForWhatIsWanted() {
    terminal.api.answering(List.of(line(2, "r1", "one")));

    assertThat(
            terminal.run(
                "logs",
                "web",
                "--slot",
                "2",
                "--release",
                "r1",
                "--generation",
                "ab",
                "-n",
                "5",
                "--since",
                "15m"))
        .isZero();

    assertThat(terminal.api.asked)
        .containsExactly("logs web {generation=ab, lines=5, release=r1, since=15m, slot=2}");
    assertThat(terminal.out()).isEqualTo("2026-11-22T18:45:07Z r1 one\n");
  }

  @Test
  void printsJsonAsTheApiHasIt() {
    terminal.api.answering(List.of(line(2, "r1", "\u001b[31mred")));

    assertThat(terminal.run("logs", "web", "--json")).isZero();

    assertThat(terminal.out()).contains("\"slot\":2", "\"line\":\"\\u001B[31mred\"");
  }

  @Test
  void followsOverARestartOfTheAgentFromTheLastLineOn() {
    terminal.api.answering(
        List.of(line(0, "r1", "one")),
        away("connection refused"),
        away("connection refused"),
        List.of(line(0, "r1", "two")),
        END);

    assertThat(terminal.run("logs", "web", "-f")).isEqualTo(4);

    assertThat(terminal.out()).contains("one", "two");
    assertThat(terminal.err()).containsOnlyOnce("the agent is away, trying again");
    assertThat(terminal.api.asked)
        .startsWith(
            "logs web {follow=true, lines=100}",
            "logs web {follow=true, lines=1000, since=2026-11-22T18:45:07.124Z}");
  }
}
