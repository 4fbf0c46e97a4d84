package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkerSpecsTest {
  private static final String DIGEST = "ab".repeat(32);

  @TempDir Path directory;

  private static WorkerSpec spec(List<String> command, Map<String, String> environment) {
    Path release = Path.of("/srv/my apps/web/releases/r1");
    return new WorkerSpec(
        new Generation(new ReleaseId("r1"), "dd".repeat(32)),
        command,
        release,
        release.resolve("server"),
        environment,
        Optional.of("web"),
        3000,
        "/health",
        WorkerKind.PRELOAD,
        List.of(),
        ResourcesConfig.NONE);
  }

  private static String digest(List<String> command, Map<String, String> environment) {
    return WorkerSpecs.generationOf(spec(command, environment), DIGEST).digest();
  }

  @Test
  void givesBackWhatWasSaved() throws Exception {
    WorkerSpecs specs = new WorkerSpecs(directory.resolve("generations"));
    WorkerSpec spec = spec(List.of("node", "a b.js"), Map.of("KEY", "ü=\n\"x\""));
    specs.save(spec);
    specs.save(spec);
    assertThat(specs.load(spec.generation())).isEqualTo(spec);
  }

  @Test
  void keepsSecretsToItself() throws Exception {
    WorkerSpecs specs = new WorkerSpecs(directory.resolve("generations"));
    WorkerSpec spec = spec(List.of("node"), Map.of("PASSWORD", "s3cret"));
    specs.save(spec);
    Path file = directory.resolve("generations").resolve(spec.generation().digest() + ".json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(spec.toString()).contains("PASSWORD").doesNotContain("s3cret");
  }

  @Test
  void saysWhichSpecificationIsGone() throws Exception {
    WorkerSpecs specs = new WorkerSpecs(directory);
    Generation generation = spec(List.of("node"), Map.of()).generation();
    assertThatThrownBy(() -> specs.load(generation))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(generation.toString())
        .hasMessageContaining(directory.toString());
  }

  @Test
  void forgetsAllButThoseThatAreWanted() throws Exception {
    WorkerSpecs specs = new WorkerSpecs(directory);
    WorkerSpec one = spec(List.of("one"), Map.of());
    WorkerSpec two = one.of(new Generation(new ReleaseId("r1"), "ee".repeat(32)));
    specs.save(one);
    specs.save(two);
    specs.keepOnly(Set.of(two.generation()));
    assertThat(specs.load(two.generation())).isEqualTo(two);
    assertThatThrownBy(() -> specs.load(one.generation())).isInstanceOf(IOException.class);
  }

  @Test
  void theSameSpecificationIsTheSameGeneration() {
    assertThat(digest(List.of("node"), Map.of("A", "1", "B", "2")))
        .isEqualTo(digest(List.of("node"), Map.of("B", "2", "A", "1")))
        .hasSize(64);
  }

  @Test
  void whatItMayUseIsPartOfTheGenerationAndOlderFilesSayNothingOfIt() throws Exception {
    WorkerSpecs specs = new WorkerSpecs(directory);
    WorkerSpec plain = spec(List.of("node"), Map.of());
    WorkerSpec limited =
        new WorkerSpec(
            new Generation(new ReleaseId("r1"), "ee".repeat(32)),
            plain.command(),
            plain.releaseDirectory(),
            plain.workingDirectory(),
            plain.environment(),
            plain.user(),
            plain.port(),
            plain.healthPath(),
            plain.kind(),
            plain.morePorts(),
            new ResourcesConfig(
                Optional.of(1L << 30),
                Optional.empty(),
                Optional.of(64),
                Optional.empty(),
                Optional.of(4096),
                Optional.of(0L),
                Optional.empty(),
                5,
                027));
    specs.save(plain);
    specs.save(limited);

    assertThat(specs.load(limited.generation())).isEqualTo(limited);
    assertThat(WorkerSpecs.generationOf(limited, DIGEST))
        .isNotEqualTo(WorkerSpecs.generationOf(plain, DIGEST));
    Path file = directory.resolve(plain.generation().digest() + ".json");
    Files.writeString(file, Files.readString(file).replaceFirst(",\"resources\":\\{[^}]*\\}", ""));
    assertThat(Files.readString(file)).doesNotContain("resources");
    assertThat(specs.load(plain.generation())).isEqualTo(plain);
  }

  /** Else a change of the configuration would not be deployed. */
  @Test
  void specificationsThatDifferAreNeverTheSameGeneration() {
    assertThat(digest(List.of("a, b"), Map.of())).isNotEqualTo(digest(List.of("a", "b"), Map.of()));
    assertThat(digest(List.of("node"), Map.of("A", "1, B=2")))
        .isNotEqualTo(digest(List.of("node"), Map.of("A", "1", "B", "2")));
    assertThat(digest(List.of("node"), Map.of("A", "1}\nuser web")))
        .isNotEqualTo(digest(List.of("node"), Map.of("A", "1")));
  }
}
