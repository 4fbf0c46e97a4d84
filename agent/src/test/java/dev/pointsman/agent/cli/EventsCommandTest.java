package dev.pointsman.agent.cli;

import static dev.pointsman.agent.cli.Terminal.away;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.ApiProblems;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventsCommandTest {
  /** What ends an endless command in a test. */
  private static final ApiProblem END = ApiProblems.of(ErrorCode.AUTH_INVALID, "No.", null);

  private final Terminal terminal = Terminal.plain();

  private static EventResource event(int id, String message) {
    return new EventResource(
        Integer.toString(id),
        Instant.parse("2026-11-22T18:45:07.123Z"),
        "worker.exited",
        "web",
        message,
        Map.of());
  }

  @Test
  void printsWhatHappened() {
    terminal.api.answering(List.of(event(1, "one"), event(2, "red \u001b[31m")), List.of());
    assertThat(terminal.run("events", "--app", "web", "--since", "0")).isZero();
    assertThat(terminal.out())
        .isEqualTo(
            """
            2026-11-22T18:45:07Z  web  worker.exited  one
            2026-11-22T18:45:07Z  web  worker.exited  red ?[31m
            """);
    assertThat(terminal.api.asked).containsExactly("recent web 0");
    terminal.run("events");
    assertThat(terminal.out()).isEqualTo("no events\n");
  }

  @Test
  void followsFromTheLastEventAndGoesOnWhereItWasAfterABreak() {
    terminal.api.answering(
        List.of(event(7, "old")),
        List.of(event(8, "eight"), event(9, "nine")),
        away("connection refused"),
        away("connection refused"),
        List.of(event(10, "ten")),
        END);
    assertThat(terminal.run("events", "--follow")).isEqualTo(4);
    assertThat(terminal.api.asked)
        .containsExactly(
            "recent null null",
            "events null 7",
            "events null 9",
            "events null 9",
            "events null 9",
            "events null 10");
    assertThat(terminal.out()).doesNotContain("old").contains("eight", "nine", "ten");
    assertThat(terminal.time.pauses)
        .containsExactly(
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofMillis(500));
    assertThat(terminal.api.isClosed()).isTrue();
  }

  @Test
  void followsFromTheBeginningWhereAskedTo() {
    terminal.api.answering(List.of(event(7, "old")), END);
    terminal.run("events", "--follow", "--since", "3", "--json");
    assertThat(terminal.api.asked).containsExactly("recent null 3", "events null 3");
  }

  @Test
  void anAgentThatWasNeverReachedIsNotWaitedFor() {
    terminal.api.answering(away("no agent"));
    assertThat(terminal.run("events", "--follow")).isEqualTo(69);
  }
}
