package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.AppCondition;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Phase;
import dev.pointsman.protocol.api.UpkeepResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusTableTest {
  private static final Instant THEN = FakeControl.THEN;
  private static final Instant NOW = THEN.plus(Duration.ofMinutes(200));

  @Test
  void showsALineForEachApp() {
    AppResource empty =
        new AppResource(
            "longer-name",
            AppCondition.EMPTY,
            null,
            null,
            "127.0.0.1:1",
            4,
            List.of(),
            null,
            List.of());

    assertThat(StatusTable.apps(List.of(FakeControl.webApp("web"), empty), NOW))
        .isEqualTo(
            """
            APP          CONDITION  RELEASE  WORKERS     LISTEN          DEPLOYMENT
            web          degraded   r42      1/2 online  127.0.0.1:3000  -
            longer-name  empty      -        0/4 online  127.0.0.1:1     -
            web: slot 1 crashed
            """);
    assertThat(StatusTable.apps(List.of(), NOW)).isEqualTo("no apps\n");
  }

  @Test
  void showsOneAppWithItsWorkers() {
    assertThat(StatusTable.app(FakeControl.webApp("web"), NOW))
        .isEqualTo(
            """
            web is degraded, release r42, generation 0123456789ab, 1/2 online on 127.0.0.1:3000
            notice: slot 1 crashed

            SLOT  STATE        FOR    PID   RELEASE  RESTARTS  REQUESTS  RUNNING  RSS     LAST EXIT
            0     online       3h20m  4711  r42      0         1000      3        50 MiB  -
            1     backing_off  3h20m  -     r42      2         0         0        -       exited with status 1
            slot 0 says: 12 jobs done
            """);
  }

  @Test
  void showsWhyADeploymentFailed() {
    FailureResource failure =
        new FailureResource(
            "WorkerCrashed",
            "slot 0 ended.",
            0,
            "exited with status 1",
            "healthy_deadline=60s",
            List.of("GET /health: refused"),
            List.of("Error: \u001b[31mboom\u202e"),
            "Fix it.");
    DeploymentResource deployment =
        new DeploymentResource(
            "web-7",
            "web",
            DeploymentKind.DEPLOY,
            DeploymentState.FAILED,
            Phase.ROLL,
            null,
            "r43",
            "ci",
            THEN,
            THEN.plusSeconds(65),
            0,
            2,
            failure,
            List.of());

    assertThat(StatusTable.deployment(deployment, THEN.plusSeconds(70)))
        .isEqualTo(
            """
            deploy web-7 failed 5s ago: nothing -> r43, asked for by ci
              WorkerCrashed: slot 0 ended.
              slot: 0
              exit: exited with status 1
              setting: healthy_deadline=60s
              probe: GET /health: refused
              log: Error: ?[31mboom?
              next: Fix it.
            """);
  }

  @Test
  void showsHowFarADeploymentIs() {
    DeploymentResource deployment =
        FakeControl.deployment(
            "web-8", "web", DeploymentKind.ROLLBACK, DeploymentState.RUNNING, "r41", "local");

    assertThat(StatusTable.deployment(deployment, THEN.plusSeconds(12)))
        .isEqualTo(
            "rollback web-8 running (roll, 1/2 slots, since 12s): r41 -> r41, asked for by local\n");
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 0s",
    "0, 0s",
    "59, 59s",
    "61, 1m1s",
    "3600, 1h0m",
    "86399, 23h59m",
    "90000, 1d1h"
  })
  void saysHowLong(long seconds, String words) {
    assertThat(StatusTable.span(THEN, THEN.plusSeconds(seconds))).isEqualTo(words);
  }

  @Test
  void takesAsManyCellsAsHeads() {
    TextTable table = new TextTable("A", "B");

    assertThatThrownBy(() -> table.row("1")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void showsWhatOperatorsOrderedWithinEightyColumns() {
    AppResource it = FakeControl.webApp("web");
    AppResource ordered =
        new AppResource(
            "web",
            AppCondition.STOPPED,
            it.release(),
            it.generation(),
            it.listen(),
            6,
            List.of(),
            null,
            new AppResource.Scaled(4, "ann", FakeControl.THEN),
            new AppResource.Stopped("ann", FakeControl.THEN),
            List.of("env: +DB_POOL -OLD_KEY ~DB_URL"),
            UpkeepResource.NONE,
            List.of());
    java.time.Instant now = FakeControl.THEN.plusSeconds(3 * 3600 + 60);
    assertThat(StatusTable.app(ordered, now))
        .contains(
            "web is stopped, release r42",
            "\nstopped by ann, since 3h1m; next: pointsman start web\n",
            "\nscaled to 6 by ann, since 3h1m; the file says 4\n",
            "\npending: env: +DB_POOL -OLD_KEY ~DB_URL\n");
    String all = StatusTable.apps(List.of(ordered), now);
    assertThat(all)
        .contains(
            "0/6* online",
            "\nweb: stopped by ann, since 3h1m\n",
            "\nweb: * scaled by ann; the file says 4\n",
            "\nweb: its files changed, which waits for a deployment: pointsman plan web\n");
    assertThat(all.lines()).allMatch(line -> line.length() <= 80, "at most 80 columns");
  }
}
