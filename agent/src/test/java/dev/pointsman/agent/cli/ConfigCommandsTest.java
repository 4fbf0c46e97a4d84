package dev.pointsman.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.client.ApiProblems;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.ReloadResource.AppChange;
import dev.pointsman.protocol.api.ReloadResource.Applied;
import dev.pointsman.protocol.api.ReloadResource.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the commands about the configuration say. */
final class ConfigCommandsTest {
  private final Terminal terminal = Terminal.plain();

  private static PlanResource plan(boolean nothing, PlanResource.@Nullable Refusal refusal) {
    return new PlanResource(
        "web",
        nothing,
        "r1",
        "0123456789ab",
        "r2",
        "ba9876543210",
        new PlanResource.Environment(List.of("NEW"), List.of("OLD"), List.of("DB_URL")),
        List.of(new PlanResource.Setting("command", "node a.js", "node b.js")),
        2,
        4,
        refusal);
  }

  @Test
  void showsAPlanWithoutValues() {
    terminal.api.answering(plan(false, null));
    assertThat(terminal.run("plan", "web", "r2")).isZero();
    assertThat(terminal.out())
        .isEqualTo(
            """
            from       r1 (generation 0123456789ab)
            to         r2 (generation ba9876543210)
            workers    2 -> 4
            env added   NEW
            env gone    OLD
            env changed DB_URL
            command
              was  node a.js
              is   node b.js
            next: pointsman deploy web r2 --wait
            """);
    assertThat(terminal.api.asked).containsExactly("plan web r2");
  }

  @Test
  void saysThatNothingIsToBeDone() {
    terminal.api.answering(plan(true, null));
    assertThat(terminal.run("plan", "web")).isZero();
    assertThat(terminal.out()).isEqualTo("nothing to do: web runs r2 with its files as they are\n");
  }

  @Test
  void saysWhyItWouldBeRefusedAndEndsAsARefusalDoes() {
    terminal.api.answering(
        plan(false, new PlanResource.Refusal("release.bad", "r2 failed on Friday.", "Build.")));
    assertThat(terminal.run("plan", "web", "r2")).isEqualTo(ExitCode.REFUSED);
    assertThat(terminal.out())
        .contains("it would be refused: release.bad: r2 failed on Friday.\nnext: Build.\n");
  }

  @Test
  void saysWhatBecameOfTheConfiguration() {
    terminal.api.answering(
        new ReloadResource(
            List.of(
                new AppChange("api", Change.REMOVED, List.of(), List.of(), List.of()),
                new AppChange("new", Change.ADDED, List.of(), List.of(), List.of()),
                new AppChange(
                    "web",
                    Change.CHANGED,
                    List.of("roll"),
                    List.of("env: +NEW ~DB_URL"),
                    List.of("listen"))),
            List.of("limits"),
            List.of()));
    assertThat(terminal.run("reload")).isZero();
    assertThat(terminal.out())
        .isEqualTo(
            """
            api: its file is gone; its workers are drained and stopped
            new: new; managed after the next start of the agent
            web: roll counts
            web: pending: env: +NEW ~DB_URL
            web: listen counts after the next start of the agent
            next: pointsman plan web, then pointsman reload --apply
            host: limits counts after the next start of the agent
            """);
    terminal.api.answering(new ReloadResource(List.of(), List.of(), List.of()));
    assertThat(terminal.run("reload")).isZero();
    assertThat(terminal.out()).isEqualTo("nothing has changed\n");
  }

  @Test
  void saysWhatIsDeployedAndWhatIsNot() {
    terminal.api.answering(
        new ReloadResource(
            List.of(),
            List.of(),
            List.of(
                new Applied("api", null, "pool.unhealthy: Slot 1 is down."),
                new Applied("web", "web-7", null))));
    assertThat(terminal.run("reload", "--apply")).isEqualTo(ExitCode.REFUSED);
    assertThat(terminal.out())
        .isEqualTo(
            """
            api: not deployed: pool.unhealthy: Slot 1 is down.
            web: web-7 begins; next: pointsman status web
            """);
    assertThat(terminal.api.asked).containsExactly("reload true");
  }

  @Test
  void aMistakeInAFileIsARefusal() {
    terminal.api.answering(
        ApiProblems.of(
            ErrorCode.CONFIG_INVALID, "/etc/web.toml:3:1: roll.x is not known here", null));
    assertThat(terminal.run("reload")).isEqualTo(ExitCode.REFUSED);
    assertThat(terminal.err()).contains("config.invalid", "/etc/web.toml:3:1");
  }
}
