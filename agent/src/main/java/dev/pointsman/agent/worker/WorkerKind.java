package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.GateConfig;
import dev.pointsman.agent.config.GateConfig.Place;
import dev.pointsman.agent.config.GateConfig.Probe;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.config.GateConfig.Ready;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the workers of a generation are run and what lets them in: nothing is left to be chosen. A
 * part of the generation, so a change is rolled out like a release.
 *
 * @param protocol what the agent and the worker talk
 * @param ready what makes it ready to be probed
 * @param uptime for {@link Ready#UPTIME}; else zero
 * @param probe how it is asked
 * @param place where it is asked; of no meaning for the preload
 * @param probeCommand for {@link Probe#EXEC}
 * @param watchdog how long it may be without a sign of life of its own; zero for ever
 * @param trial whether the first of a generation is tried on sockets that only the agent knows
 */
public record WorkerKind(
    Protocol protocol,
    Ready ready,
    Duration uptime,
    Probe probe,
    Place place,
    List<String> probeCommand,
    Duration watchdog,
    boolean trial) {
  /** With the preload: what there was before anything else. */
  public static final WorkerKind PRELOAD =
      new WorkerKind(
          Protocol.PRELOAD,
          Ready.LISTENING,
          Duration.ZERO,
          Probe.HTTP,
          Place.DESCRIPTOR,
          List.of(),
          Duration.ZERO,
          false);

  public WorkerKind {
    probeCommand = List.copyOf(probeCommand);
  }

  /**
   * What {@code gate} comes to.
   *
   * @param waitReady {@code roll.wait_ready}
   * @param node whether the command is Node
   * @param listens whether the app has a port
   */
  public static WorkerKind of(GateConfig gate, boolean waitReady, boolean node, boolean listens) {
    Protocol protocol =
        gate.protocol().orElse(node && listens ? Protocol.PRELOAD : Protocol.SYSTEMD);
    if (protocol == Protocol.PRELOAD) {
      Ready ready = gate.ready().orElse(waitReady ? Ready.MESSAGE : Ready.LISTENING);
      return new WorkerKind(
          protocol,
          ready,
          Duration.ZERO,
          gate.probe().orElse(Probe.HTTP),
          Place.DESCRIPTOR,
          gate.probeCommand(),
          Duration.ZERO,
          false);
    }
    Ready ready = gate.ready().orElse(Ready.NOTIFY);
    boolean trial = gate.trial().orElse(listens);
    boolean asked = trial || gate.place().isPresent();
    return new WorkerKind(
        protocol,
        ready,
        ready == Ready.UPTIME ? gate.uptime() : Duration.ZERO,
        gate.probe().orElse(listens && asked ? Probe.HTTP : Probe.NONE),
        gate.place().orElse(trial ? Place.TRIAL : Place.PORT),
        gate.probeCommand(),
        gate.watchdog(),
        trial);
  }

  /** What is not said was the preload. */
  static WorkerKind orPreload(@Nullable WorkerKind kind) {
    return kind == null ? PRELOAD : kind;
  }

  /**
   * Whether a probe of this kind connects to a port of the worker's own; with the preload it goes
   * to the private unix socket, and the worker inherits nothing for it.
   */
  boolean connects() {
    return protocol != Protocol.PRELOAD && (probe == Probe.HTTP || probe == Probe.TCP);
  }
}
