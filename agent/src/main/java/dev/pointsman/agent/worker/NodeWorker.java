package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.health.HttpProbe;
import dev.pointsman.agent.health.ProbeResult;
import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.worker.WorkerHandle.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that carries the Node preload: ordered over its control socket, probed over its private
 * one. Exit, readiness and probe results become events, each with the incarnation.
 */
final class NodeWorker implements WorkerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(NodeWorker.class);
  private static final int LAST_LINES = 20;

  private final Path directory;
  private final AppConfig config;
  private final Path log;
  private final long logStart;
  private final Consumer<WorkerEvent> events;
  private final ControlChannel control;
  private final Prober prober;
  private volatile WorkerHandle handle;
  private volatile @Nullable RunningProcess process;

  /** {@code logStart}: where in {@code log} this process began to write. */
  NodeWorker(
      WorkerHandle handle,
      Path directory,
      AppConfig config,
      Path log,
      long logStart,
      Consumer<WorkerEvent> events) {
    this.handle = handle;
    this.directory = directory;
    this.config = config;
    this.log = log;
    this.logStart = logStart;
    this.events = events;
    this.control = new ControlChannel(directory.resolve("ctl.sock"), this::said);
    this.prober = new Prober(handle.incarnation(), this::probe, config.health(), events);
  }

  /** Goes on with the process itself, once there is one. */
  void attach(RunningProcess running) {
    process = running;
    control.start();
  }

  /** What the reaper says: the process has ended. */
  void exited(ExitStatus status) {
    events.accept(new WorkerEvent.Exited(handle.incarnation(), status));
  }

  @Override
  public Incarnation incarnation() {
    return handle.incarnation();
  }

  @Override
  public int pid() {
    return handle.process().pid();
  }

  @Override
  public void accept() {
    mark(Stage.OPENED);
    prober.begin();
    prober.slowDown();
    control.order("accept");
    if (control.status().accepting()) { // An app with its own cluster does so from the start.
      events.accept(new WorkerEvent.Accepting(incarnation()));
    }
  }

  @Override
  public void drain() {
    mark(Stage.DRAINING);
    prober.close();
    control.order(
        "drain "
            + config.roll().drainTimeout().toMillis()
            + " "
            + config.roll().longLivedTimeout().toMillis());
    if (control.status().drained()) {
      events.accept(new WorkerEvent.Drained(incarnation()));
    }
  }

  @Override
  public void terminate() {
    mark(Stage.DRAINING);
    prober.close();
    signal(Signal.valueOf(config.roll().stopSignal()), false);
  }

  @Override
  public void kill() {
    signal(Signal.SIGKILL, true);
  }

  @Override
  public Counters counters() {
    ControlStatus status = control.status();
    return new Counters(
        status.requests(),
        status.inflight(),
        status.connections(),
        status.cut(),
        status.rss(),
        status.fault());
  }

  @Override
  public long residentBytes() {
    RunningProcess running = process;
    try {
      return running == null ? 0 : running.residentBytes().orElse(0);
    } catch (IOException e) {
      LOG.debug("A worker's memory cannot be told. incarnation={}", incarnation(), e);
      return 0;
    }
  }

  @Override
  public List<String> probes() {
    return prober.lastAnswers();
  }

  @Override
  public List<String> lastLines() {
    try {
      return WorkerLog.tail(log, logStart, LAST_LINES);
    } catch (IOException e) {
      return List.of("(" + log + " cannot be read: " + e.getMessage() + ")");
    }
  }

  @Override
  public void abandon() {
    prober.close();
    control.close();
  }

  @Override
  public void dispose() {
    abandon();
    try {
      WorkerDirectories.delete(directory);
    } catch (IOException e) {
      LOG.warn(
          "A worker's directory could not be removed. directory={}: {}", directory, e.getMessage());
    }
  }

  /**
   * Asks it to send the shared socket to {@code path}; false while there is no control connection.
   */
  boolean askForSocket(Path path) {
    return control.say("handover " + path);
  }

  /**
   * Asks it through its private socket. An app that runs its own cluster has none: that it listens
   * is all that can be known of it.
   */
  private ProbeResult probe() throws InterruptedException {
    ControlStatus status = control.status();
    return status.cluster()
        ? new ProbeResult(status.listening(), "not probed: the app runs its own cluster")
        : HttpProbe.get(probeSocket(), handle.healthPath(), config.health().timeout());
  }

  /** An app that does TLS itself has a door without it, for the probe alone. */
  private Path probeSocket() {
    Path plain = directory.resolve("plain.sock");
    return Files.exists(plain) ? plain : directory.resolve("app.sock");
  }

  private void said(ControlStatus was, ControlStatus is) {
    Incarnation who = handle.incarnation();
    if (is.ready() && !was.ready()) {
      events.accept(new WorkerEvent.BecameReady(who));
      prober.begin();
    }
    if (is.accepting() && !was.accepting()) {
      events.accept(new WorkerEvent.Accepting(who));
    }
    if (is.drained() && !was.drained()) {
      events.accept(new WorkerEvent.Drained(who));
    }
    if (is.fault() != null && !is.fault().equals(was.fault())) {
      LOG.warn(
          "The preload of a worker complains. incarnation={} pid={}: {}",
          who,
          is.pid(),
          is.fault());
    }
  }

  private synchronized void mark(Stage stage) {
    if (handle.stage() == stage) {
      return;
    }
    handle = handle.at(stage);
    try {
      handle.write(directory);
    } catch (IOException e) {
      LOG.warn(
          "A worker's handle could not be written. directory={} stage={}: {}",
          directory,
          stage,
          e.getMessage());
    }
  }

  private void signal(Signal signal, boolean group) {
    RunningProcess running = process;
    if (running == null) {
      return;
    }
    try {
      boolean delivered = group ? running.signalGroup(signal) : running.signal(signal);
      LOG.debug(
          "Signalled a worker. incarnation={} signal={} delivered={}",
          handle.incarnation(),
          signal,
          delivered);
    } catch (IOException e) {
      LOG.warn(
          "A worker could not be signalled. incarnation={} signal={}: {}",
          handle.incarnation(),
          signal,
          e.getMessage());
    }
  }
}
