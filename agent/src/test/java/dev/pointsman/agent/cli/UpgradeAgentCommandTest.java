package dev.pointsman.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.client.ApiProblems;
import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.ErrorCode;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class UpgradeAgentCommandTest {
  private static final Instant THEN = Instant.parse("2026-11-22T18:45:07Z");
  private static final AgentResource OLD =
      new AgentResource("web-1", "1.0", 4711, THEN, "/opt/pointsman/bin/pointsman");
  private static final AgentResource NEW =
      new AgentResource("web-1", "1.1", 4711, THEN.plusSeconds(9), OLD.program());

  private final Terminal terminal = Terminal.plain();

  @Test
  void waitsUntilTheNewAgentAnswers() {
    terminal.api.answering(
        OLD, OLD, new AgentUnreachable(new IOException("connection refused")), NEW);

    assertThat(terminal.run("upgrade-agent")).isZero();

    assertThat(terminal.out())
        .isEqualTo("the agent is 1.1 (was 1.0), process 4711; workers were not touched\n");
    assertThat(terminal.api.asked).containsExactly("upgrade-agent", "agent", "agent", "agent");
    assertThat(terminal.api.isClosed()).isTrue();
  }

  @Test
  void printsTheNewAgentAsJson() {
    terminal.api.answering(OLD, NEW);

    assertThat(terminal.run("upgrade-agent", "--json")).isZero();

    assertThat(terminal.out()).contains("\"version\":\"1.1\"");
  }

  @Test
  void givesUpAndSaysWhatToDoNext() {
    terminal.api.answering(OLD, OLD, OLD, OLD);

    assertThat(terminal.run("upgrade-agent", "--timeout", "500ms")).isEqualTo(ExitCode.TIMED_OUT);

    assertThat(terminal.err()).contains("no new agent answered", "process 4711");
  }

  @Test
  void showsWhyItWasRefused() {
    terminal.api.answering(ApiProblems.of(ErrorCode.AGENT_UPGRADE, "it does not work", null));

    assertThat(terminal.run("upgrade-agent")).isEqualTo(ExitCode.REFUSED);

    assertThat(terminal.err()).contains("agent.upgrade");
  }
}
