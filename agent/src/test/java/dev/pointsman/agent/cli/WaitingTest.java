package dev.pointsman.agent.cli;

import static dev.pointsman.agent.cli.Terminal.away;
import static dev.pointsman.agent.cli.Terminal.deployment;
import static dev.pointsman.protocol.api.DeploymentState.CANCELLED;
import static dev.pointsman.protocol.api.DeploymentState.FAILED;
import static dev.pointsman.protocol.api.DeploymentState.PENDING;
import static dev.pointsman.protocol.api.DeploymentState.REVERTED;
import static dev.pointsman.protocol.api.DeploymentState.REVERTING;
import static dev.pointsman.protocol.api.DeploymentState.RUNNING;
import static dev.pointsman.protocol.api.DeploymentState.STUCK;
import static dev.pointsman.protocol.api.DeploymentState.SUCCESSFUL;
import static dev.pointsman.protocol.api.Phase.ACTIVATE;
import static dev.pointsman.protocol.api.Phase.COMMIT;
import static dev.pointsman.protocol.api.Phase.ROLL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.client.ApiProblems;
import dev.pointsman.agent.http.Json;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.FailureResource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaitingTest {
  private static final FailureResource FAILURE =
      new FailureResource(
          "HealthDeadlineExceeded",
          "slot 0 was not healthy after 60s",
          0,
          "exit code 1",
          "healthy_deadline=60s",
          List.of("503 in 4 ms"),
          List.of("Error: no \u001b[31mdatabase"),
          "Look at the probe answers.");

  private final Terminal terminal = Terminal.plain();

  @Test
  void printsOneLineForEachChangeWhereNobodyLooks() {
    terminal.api.answering(
        deployment(PENDING, ACTIVATE, 0),
        deployment(PENDING, ACTIVATE, 0),
        deployment(RUNNING, ACTIVATE, 0),
        deployment(RUNNING, ROLL, 0),
        deployment(RUNNING, ROLL, 0),
        deployment(RUNNING, ROLL, 1),
        deployment(RUNNING, COMMIT, 4),
        deployment(SUCCESSFUL, COMMIT, 4));
    assertThat(terminal.run("deploy", "web", "r2", "--wait")).isZero();
    assertThat(terminal.out())
        .isEqualTo(
            """
              0s  web-12 waits for its turn
              2s  web-12 activate
              3s  web-12 roll: 0 of 4 slots done
              5s  web-12 roll: 1 of 4 slots done
              6s  web-12 commit
            web-12 successful: web runs r2 (6s)
            """);
    assertThat(terminal.err()).isEmpty();
    assertThat(terminal.api.isDone()).isTrue();
    assertThat(terminal.api.isClosed()).isTrue();
  }

  @Test
  void rewritesOneLineForAPersonAndLeavesWhatIsDoneStanding() {
    Terminal live = Terminal.live();
    live.api.answering(
        deployment(RUNNING, ROLL, 0),
        deployment(RUNNING, ROLL, 0),
        deployment(RUNNING, ROLL, 1),
        deployment(SUCCESSFUL, COMMIT, 4));
    assertThat(live.run("deploy", "web", "r2", "--wait")).isZero();
    assertThat(live.out())
        .isEqualTo(
            """
            R  web-12 roll: 0 of 4 slots done .. 0s\
            R  web-12 roll: 0 of 4 slots done .. 1s\
            R  web-12 roll: 0 of 4 slots done  2s
            R  web-12 roll: 1 of 4 slots done .. 0s\
            R  web-12 roll: 1 of 4 slots done  0s
            web-12 successful: web runs r2 (2s)
            """
                .replace("R", "\r\u001b[K"));
  }

  @ParameterizedTest
  @CsvSource({"SUCCESSFUL,0", "FAILED,1", "STUCK,1", "CANCELLED,1", "REVERTED,2"})
  void theExitCodeSaysHowItEnded(DeploymentState state, int code) {
    terminal.api.answering(deployment(RUNNING, ROLL, 0), deployment(state, ROLL, 0));
    assertThat(terminal.run("deploy", "web", "r2", "--wait")).isEqualTo(code);
  }

  @Test
  void aRevertedDeploymentIsReportedWithItsEvidence() {
    terminal.api.answering(
        deployment(RUNNING, ROLL, 0),
        deployment(REVERTING, ROLL, 3),
        deployment(REVERTED, ROLL, 4, FAILURE));
    assertThat(terminal.run("deploy", "web", "r2", "--wait")).isEqualTo(2);
    assertThat(terminal.out()).contains("web-12 failed and goes back to r1: 3 of 4 slots done");
    assertThat(terminal.err())
        .contains(
            "HealthDeadlineExceeded: slot 0 was not healthy after 60s",
            "exit code 1",
            "healthy_deadline=60s",
            "503 in 4 ms",
            "Error: no ?[31mdatabase",
            "Look at the probe answers.",
            "reverted: web runs r1 again");
  }

  @Test
  void everyOtherEndHasItsOwnWords() {
    terminal.api.answering(deployment(FAILED, ACTIVATE, 0, FAILURE));
    terminal.run("deploy", "web", "r2", "--wait");
    assertThat(terminal.err()).endsWith("failed: nothing was changed, web runs r1\n");
    terminal.api.answering(deployment(STUCK, ROLL, 0, FAILURE));
    terminal.run("deploy", "web", "r2", "--wait");
    assertThat(terminal.err()).contains("stuck: going back failed too");
    terminal.api.answering(deployment(CANCELLED, ROLL, 0));
    terminal.run("deploy", "web", "r2", "--wait");
    assertThat(terminal.err()).endsWith("cancelled\n");
  }

  @Test
  void gaveUpWatchingIsNotFailed() {
    DeploymentResource running = deployment(RUNNING, ROLL, 1);
    terminal.api.answering(running, running, running, running);
    assertThat(terminal.run("deploy", "web", "r2", "--wait", "--timeout", "2500ms")).isEqualTo(3);
    assertThat(terminal.err())
        .contains("web-12 had not ended after 2s and goes on without being watched")
        .contains("next: pointsman status web");
    assertThat(terminal.api.isDone()).isTrue();
  }

  @Test
  void anAgentThatRestartsIsWaitedForWithGrowingPauses() {
    terminal.api.answering(
        deployment(RUNNING, ROLL, 0),
        away("connection refused"),
        away("connection refused"),
        ApiProblems.of(ErrorCode.AGENT_STOPPING, "The agent is stopping.", null),
        deployment(RUNNING, ROLL, 0),
        deployment(SUCCESSFUL, COMMIT, 4));
    assertThat(terminal.run("deploy", "web", "r2", "--wait")).isZero();
    assertThat(terminal.time.pauses)
        .containsExactly(Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThat(terminal.out())
        .containsOnlyOnce("the agent is away, trying again: connection refused")
        .endsWith("web-12 successful: web runs r2 (2s)\n");
  }

  @Test
  void anAgentThatStaysAwayEndsTheWatchInTime() {
    Object[] answers = new Object[8];
    Arrays.fill(answers, away("no route"));
    answers[0] = deployment(RUNNING, ROLL, 0);
    terminal.api.answering(answers);
    assertThat(terminal.run("deploy", "web", "r2", "--wait", "--timeout", "12s")).isEqualTo(3);
  }

  @Test
  void aProblemThatWillNotPassEndsTheWatch() {
    terminal.api.answering(
        deployment(RUNNING, ROLL, 0),
        ApiProblems.of(ErrorCode.DEPLOYMENT_UNKNOWN, "web-12 is not known here.", null));
    assertThat(terminal.run("deploy", "web", "r2", "--wait")).isEqualTo(4);
  }

  @Test
  void asJsonTheLastAnswerIsTheWholeOutput() {
    DeploymentResource end = deployment(REVERTED, ROLL, 4, FAILURE);
    terminal.api.answering(deployment(RUNNING, ROLL, 0), end);
    assertThat(terminal.run("rollback", "web", "--wait", "--json")).isEqualTo(2);
    assertThat(terminal.out()).isEqualTo(Json.text(end) + "\n");
    assertThat(terminal.err()).contains("web-12 roll: 0 of 4 slots done").contains("reverted: ");
    assertThat(terminal.api.asked).startsWith("rollback web null");
  }
}
