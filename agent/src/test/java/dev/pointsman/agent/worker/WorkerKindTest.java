package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.config.GateConfig;
import dev.pointsman.agent.config.GateConfig.Place;
import dev.pointsman.agent.config.GateConfig.Probe;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.config.GateConfig.Ready;
import dev.pointsman.agent.journal.DiskJson;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WorkerKindTest {
  private static final GateConfig NO_TRIAL =
      new GateConfig(
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(5),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Duration.ZERO,
          Optional.of(false));

  private static WorkerSpec spec(WorkerKind kind, List<Integer> morePorts) {
    Path release = Path.of("/srv/web/releases/r1");
    return new WorkerSpec(
        new Generation(new ReleaseId("r1"), "dd".repeat(32)),
        List.of("node", "main.js"),
        release,
        release,
        Map.of("A", "1"),
        Optional.of("web"),
        3000,
        "/health",
        kind,
        morePorts,
        ResourcesConfig.NONE);
  }

  private static String digest(WorkerSpec spec) {
    return WorkerSpecs.generationOf(spec, "ab".repeat(32)).digest();
  }

  @Test
  void aNodeCommandGetsThePreload() {
    assertThat(WorkerKind.of(GateConfig.DEFAULT, false, true, true)).isEqualTo(WorkerKind.PRELOAD);
  }

  @Test
  void waitReadyMeansTheMessage() {
    assertThat(WorkerKind.of(GateConfig.DEFAULT, true, true, true).ready())
        .isEqualTo(Ready.MESSAGE);
  }

  @Test
  void anyOtherCommandIsTriedInPrivateAndSaysThatItIsReady() {
    WorkerKind kind = WorkerKind.of(GateConfig.DEFAULT, false, false, true);
    assertThat(kind.protocol()).isEqualTo(Protocol.SYSTEMD);
    assertThat(kind.ready()).isEqualTo(Ready.NOTIFY);
    assertThat(kind.probe()).isEqualTo(Probe.HTTP);
    assertThat(kind.place()).isEqualTo(Place.TRIAL);
    assertThat(kind.trial()).isTrue();
  }

  @Test
  void withoutATrialThereIsNowhereToAskUnlessThatIsSaid() {
    assertThat(WorkerKind.of(NO_TRIAL, false, false, true).probe()).isEqualTo(Probe.NONE);
  }

  /** Node too: the preload would have no port to tell of. */
  @Test
  void aBackgroundWorkerIsNeitherProbedNorTried() {
    for (boolean node : List.of(true, false)) {
      WorkerKind kind = WorkerKind.of(GateConfig.DEFAULT, false, node, false);
      assertThat(kind.protocol()).isEqualTo(Protocol.SYSTEMD);
      assertThat(kind.probe()).isEqualTo(Probe.NONE);
      assertThat(kind.trial()).isFalse();
    }
  }

  @Test
  void theKindIsPartOfTheGeneration() {
    WorkerKind plain = WorkerKind.of(GateConfig.DEFAULT, false, false, true);
    String preload = digest(spec(WorkerKind.PRELOAD, List.of()));
    assertThat(digest(spec(plain, List.of()))).isNotEqualTo(preload);
    assertThat(digest(spec(WorkerKind.PRELOAD, List.of(3001)))).isNotEqualTo(preload);
  }

  /** As versions that knew only the preload wrote and named it. */
  @Test
  void aSpecificationThatDoesNotSayItIsOneWithThePreload() throws Exception {
    String old =
        """
        {"generation":{"release":"r1","digest":"%s"},"command":["node","main.js"],
        "releaseDirectory":"/srv/web/releases/r1","workingDirectory":"/srv/web/releases/r1",
        "environment":{"A":"1"},"user":"web","port":3000,"healthPath":"/health"}
        """
            .formatted("dd".repeat(32));
    WorkerSpec read = DiskJson.mapper().readValue(old, WorkerSpec.class);
    assertThat(read).isEqualTo(spec(WorkerKind.PRELOAD, List.of()));
    assertThat(read.canonicalForm())
        .isEqualTo("[[\"node\",\"main.js\"],\"\",{\"A\":\"1\"},\"web\",3000,\"/health\"]");
  }

  @Test
  void aHandleThatDoesNotSayItIsOfAWorkerWithThePreload() throws Exception {
    String old =
        """
        {"incarnation":{"run":2,"worker":1,"life":1},"slot":0,
        "generation":{"release":"r1","digest":"%s"},"healthPath":"/health",
        "process":{"pid":17,"startTicks":4,"bootId":"b"},"stage":"LAUNCHING"}
        """
            .formatted("dd".repeat(32));
    WorkerHandle read = DiskJson.mapper().readValue(old, WorkerHandle.class);
    assertThat(read.kind()).isEqualTo(WorkerKind.PRELOAD);
    assertThat(read.isPrivate()).isTrue();
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    WorkerSpec spec =
        spec(WorkerKind.of(GateConfig.DEFAULT, false, false, true), List.of(3001, 3002));
    byte[] written = DiskJson.mapper().writeValueAsBytes(spec);
    assertThat(DiskJson.mapper().readValue(written, WorkerSpec.class)).isEqualTo(spec);
    assertThat(spec.ports()).containsExactly(3000, 3001, 3002);
  }
}
