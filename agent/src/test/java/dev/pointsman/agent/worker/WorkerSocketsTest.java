package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.GateConfig.Place;
import dev.pointsman.agent.config.GateConfig.Probe;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.config.GateConfig.Ready;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerSocketsTest {
  private static WorkerKind plain(Probe probe, Place place) {
    return new WorkerKind(
        Protocol.SYSTEMD,
        Ready.NOTIFY,
        Duration.ZERO,
        probe,
        place,
        List.of(),
        Duration.ZERO,
        false);
  }

  @Test
  void aWorkerWithThePreloadInheritsTheSocketsOfTheAppAlone() throws Exception {
    try (WorkerSockets sockets =
        WorkerSockets.of(List.of(7, 8), List.of(3000, 3001), WorkerKind.PRELOAD)) {
      assertThat(sockets.descriptors()).containsExactly(7, 8);
      assertThat(sockets.names()).containsExactly("http", "port-3001");
      assertThat(sockets.probePort()).isZero();
    }
  }

  @Test
  void oneThatIsProbedOnADescriptorGetsASocketOfItsOwnBehindThose() throws Exception {
    try (WorkerSockets sockets =
        WorkerSockets.of(List.of(7), List.of(3000), plain(Probe.HTTP, Place.DESCRIPTOR))) {
      assertThat(sockets.names()).containsExactly("http", "probe");
      assertThat(sockets.descriptors()).hasSize(2).startsWith(7);
      assertThat(sockets.probePort()).isPositive();
    }
  }

  @Test
  void oneThatIsAskedByACommandGetsNone() throws Exception {
    try (WorkerSockets sockets =
        WorkerSockets.of(List.of(7), List.of(3000), plain(Probe.EXEC, Place.DESCRIPTOR))) {
      assertThat(sockets.names()).containsExactly("http");
      assertThat(sockets.probePort()).isZero();
    }
  }
}
