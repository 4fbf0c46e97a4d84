package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.cgroup.WorkerCgroups;
import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.notify.Notifications;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerEnvironmentTest {
  @TempDir Path directory;

  private Map<String, String> environment(AppConfig config) throws Exception {
    WorkerSpec spec =
        new WorkerSpec(
            new Generation(new ReleaseId("r1"), "dd".repeat(32)),
            List.of("node", "a.js"),
            directory,
            directory,
            Map.of("GREETING", "hello"),
            Optional.empty(),
            3000,
            "/health",
            WorkerKind.PRELOAD,
            List.of(),
            ResourcesConfig.NONE);
    try (Notifications notifications = Notifications.start();
        WorkerSockets sockets = WorkerSockets.of(List.of(7), List.of(3000), spec.kind())) {
      NodeWorkshop.Shared shared =
          new NodeWorkshop.Shared(
              config,
              directory,
              AppLogs.of("web", directory, config.log(), Clock.systemUTC()),
              Path.of("/usr/lib/pointsman/preload.cjs"),
              "[]",
              notifications,
              Clock.systemUTC(),
              WorkerCgroups.none("a test"));
      return new WorkerEnvironment(shared)
          .of(spec, new Incarnation(1, 1, 1), 0, directory, sockets);
    }
  }

  /** A worker of an older generation that is started again must not wait for what it never says. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isReadyByTheRuleOfItsOwnGenerationWhateverTheFileSaysToday(boolean waitReady)
      throws Exception {
    assertThat(environment(Configs.waiting(waitReady)))
        .containsEntry("POINTSMAN_READY", "listening");
  }

  @Test
  void hasTheAppsVariablesAndThoseOfTheProcess() throws Exception {
    assertThat(environment(Configs.waiting(false)))
        .containsEntry("GREETING", "hello")
        .containsEntry("PORT", "3000")
        .containsEntry("LISTEN_FDS", "1")
        .containsEntry("RELEASE_ID", "r1");
  }
}
