package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.GateConfig.Place;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.config.GateConfig.Ready;
import dev.pointsman.agent.process.LaunchSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The environment of one process: the generation's own variables, then those of the agent. */
final class WorkerEnvironment {
  /** By this variable the probes of a worker are found. */
  static final String PROBE_OF = "POINTSMAN_PROBE";

  private static final String NODE_OPTIONS = "NODE_OPTIONS";
  private static final int FIRST_DESCRIPTOR = 3;

  private final NodeWorkshop.Shared shared;

  WorkerEnvironment(NodeWorkshop.Shared shared) {
    this.shared = shared;
  }

  /** That of the process {@code who} in {@code slot}, whose private directory is given. */
  Map<String, String> of(
      WorkerSpec spec, Incarnation who, int slot, Path directory, WorkerSockets sockets) {
    Map<String, String> all = ofEveryWorker(spec, who, slot);
    all.put("POINTSMAN_DIR", directory.toString());
    if (!sockets.descriptors().isEmpty()) {
      all.put("LISTEN_FDS", Integer.toString(sockets.descriptors().size()));
      all.put("LISTEN_FDNAMES", String.join(":", sockets.names()));
    }
    if (spec.kind().protocol() == Protocol.PRELOAD) {
      forThePreload(spec, all);
    } else {
      forSystemd(spec.kind(), directory, sockets, all);
    }
    return all;
  }

  /** That of a command that asks the process of {@code handle} whether it is well. */
  Map<String, String> ofProbe(WorkerSpec spec, WorkerHandle handle, Path directory) {
    Map<String, String> all = ofEveryWorker(spec, handle.incarnation(), handle.slot());
    all.put(PROBE_OF, directory.toString());
    all.put("POINTSMAN_WORKER_PID", Integer.toString(handle.process().pid()));
    return all;
  }

  private Map<String, String> ofEveryWorker(WorkerSpec spec, Incarnation who, int slot) {
    Map<String, String> all = new HashMap<>(spec.environment());
    String slotNumber = Integer.toString(slot);
    all.putIfAbsent("PATH", LaunchSpec.USUAL_PATH);
    if (!spec.ports().isEmpty()) {
      all.put("PORT", Integer.toString(spec.port()));
    }
    all.put("RELEASE_ID", spec.generation().release().value());
    all.put("RELEASE_PATH", spec.releaseDirectory().toString());
    all.put("NODE_APP_INSTANCE", slotNumber);
    all.put("INSTANCE_ID", slotNumber);
    all.put("POINTSMAN_APP", shared.config().name().value());
    all.put("POINTSMAN_SLOT", slotNumber);
    all.put("POINTSMAN_GENERATION", spec.generation().shortDigest());
    all.put("POINTSMAN_INCARNATION", who.toString());
    return all;
  }

  private void forThePreload(WorkerSpec spec, Map<String, String> all) {
    AppConfig config = shared.config();
    boolean message = spec.kind().ready() == Ready.MESSAGE; // The generation's, never today's.
    List<Integer> ports = spec.ports();
    all.put(
        "POINTSMAN_LISTEN",
        IntStream.range(0, ports.size())
            .mapToObj(i -> ports.get(i) + ":" + (FIRST_DESCRIPTOR + i))
            .collect(Collectors.joining(",")));
    all.put("POINTSMAN_BACKLOG", Integer.toString(config.backlog()));
    all.put("POINTSMAN_READY", message ? "message" : "listening");
    all.put("POINTSMAN_HANDOVER", shared.handover());
    String require = "--require=" + quoted(shared.preload());
    all.merge(NODE_OPTIONS, require, (own, ours) -> own + " " + ours);
  }

  private static void forSystemd(
      WorkerKind kind, Path directory, WorkerSockets sockets, Map<String, String> all) {
    all.put("NOTIFY_SOCKET", WorkerDirectories.notifySocket(directory).toString());
    if (!kind.watchdog().isZero()) {
      all.put("WATCHDOG_USEC", Long.toString(kind.watchdog().toNanos() / 1_000));
    }
    if (kind.place() == Place.PORT && sockets.probePort() > 0) {
      all.put("PROBE_PORT", Integer.toString(sockets.probePort()));
    }
  }

  /** As Node reads NODE_OPTIONS: blanks part its words unless quoted. */
  private static String quoted(Path file) {
    String text = file.toString();
    return text.matches("[^\\s\"\\\\]*")
        ? text
        : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
