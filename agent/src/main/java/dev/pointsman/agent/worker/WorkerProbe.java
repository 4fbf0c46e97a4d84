package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.health.ExecProbe;
import dev.pointsman.agent.health.HttpProbe;
import dev.pointsman.agent.health.ProbeResult;
import dev.pointsman.agent.health.TcpProbe;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How one process is asked whether it is well. */
final class WorkerProbe implements Prober.Probe {
  private final WorkerHandle handle;
  private final Path directory;
  private final Duration timeout;
  private final Processes processes;
  private final Command command;

  /** What a probe of the app's own is started from. */
  interface Command {
    /** Says in words what is missing. */
    LaunchSpec spec() throws IOException;
  }

  WorkerProbe(
      WorkerHandle handle, Path directory, Duration timeout, Processes processes, Command command) {
    this.handle = handle;
    this.directory = directory;
    this.timeout = timeout;
    this.processes = processes;
    this.command = command;
  }

  @Override
  public ProbeResult run() throws InterruptedException {
    return switch (handle.kind().probe()) {
      case HTTP ->
          isAnywhere() ? HttpProbe.get(address(), handle.healthPath(), timeout) : nowhere();
      case TCP -> isAnywhere() ? TcpProbe.connect(address(), timeout) : nowhere();
      case EXEC -> exec();
      case NONE -> new ProbeResult(true, "not probed: probe = \"none\"");
    };
  }

  private static ProbeResult nowhere() {
    return new ProbeResult(true, "not probed: only the private trial is");
  }

  private ProbeResult exec() throws InterruptedException {
    try {
      return ExecProbe.run(processes, command.spec(), timeout);
    } catch (IOException e) {
      return new ProbeResult(false, "the probe cannot be started: " + e.getMessage());
    }
  }

  private boolean isAnywhere() {
    return handle.kind().protocol() == Protocol.PRELOAD || handle.probePort() != 0;
  }

  /** An app that does TLS itself has a door without it, for the probe alone. */
  private SocketAddress address() {
    if (handle.kind().protocol() == Protocol.PRELOAD) {
      Path plain = directory.resolve("plain.sock");
      return UnixDomainSocketAddress.of(
          Files.exists(plain) ? plain : directory.resolve("app.sock"));
    }
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), handle.probePort());
  }
}
