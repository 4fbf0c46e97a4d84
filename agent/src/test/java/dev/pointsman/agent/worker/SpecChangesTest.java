package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is told of the difference between two generations, and what is not. */
final class SpecChangesTest {
  private static final String SECRET = "hunter2";

  @Test
  void namesVariablesWithoutTheirValues() {
    SpecChanges changes =
        SpecChanges.between(
            spec(Map.of("SAME", SECRET, "GONE", SECRET, "URL", "a" + SECRET), "node a.js"),
            spec(Map.of("SAME", SECRET, "NEW", SECRET, "URL", "b" + SECRET), "node a.js"));
    assertThat(changes.added()).containsExactly("NEW");
    assertThat(changes.removed()).containsExactly("GONE");
    assertThat(changes.changed()).containsExactly("URL");
    assertThat(changes.settings()).isEmpty();
    assertThat(changes.toString()).doesNotContain(SECRET);
  }

  @Test
  void tellsSettingsAsAPersonReadsThem() {
    assertThat(
            SpecChanges.between(spec(Map.of(), "node a.js"), spec(Map.of(), "node b.js"))
                .settings())
        .containsExactly(new SpecChanges.Setting("command", "node a.js", "node b.js"));
  }

  @Test
  void nothingDiffersFromItself() {
    WorkerSpec spec = spec(new HashMap<>(Map.of("A", "b")), "node a.js");
    assertThat(SpecChanges.between(spec, spec)).isEqualTo(SpecChanges.NONE);
  }

  @Test
  void tellsEachSettingOfAGroup() {
    WorkerSpec was = spec(Map.of(), "node a.js");
    ResourcesConfig few =
        new ResourcesConfig(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(256),
            Optional.empty(),
            Optional.empty(),
            0,
            022);
    assertThat(SpecChanges.between(was, spec(Map.of(), "node a.js", few)).settings())
        .containsExactly(new SpecChanges.Setting("resources.nofile", "not set", "256"));
  }

  private static WorkerSpec spec(Map<String, String> environment, String command) {
    return spec(environment, command, ResourcesConfig.NONE);
  }

  private static WorkerSpec spec(
      Map<String, String> environment, String command, ResourcesConfig resources) {
    Path release = Path.of("/srv/web/releases/r1");
    return new WorkerSpec(
        new Generation(new ReleaseId("r1"), "dd".repeat(32)),
        List.of(command.split(" ")),
        release,
        release,
        environment,
        Optional.empty(),
        3000,
        "/health",
        WorkerKind.PRELOAD,
        List.of(),
        resources);
  }
}
