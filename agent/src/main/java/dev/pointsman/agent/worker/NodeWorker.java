package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.health.ProbeResult;
import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.worker.WorkerHandle.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that carries the Node preload: ordered over its control socket, probed over its private
 * one. Exit, readiness and probe results become events, each with the incarnation.
 */
final class NodeWorker implements LaunchedWorker {
  private static final Logger LOG = LoggerFactory.getLogger(NodeWorker.class);

  private final WorkerBody body;
  private final AppConfig config;
  private final Consumer<WorkerEvent> events;
  private final ControlChannel control;
  private final Prober prober;
  private final Pulse pulse;

  NodeWorker(
      WorkerBody body,
      NodeWorkshop.Shared shared,
      Prober.Probe probe,
      Consumer<WorkerEvent> events) {
    this.body = body;
    this.config = shared.config();
    this.events = events;
    this.control = new ControlChannel(body.directory().resolve("ctl.sock"), this::said);
    this.prober =
        new Prober(body.incarnation(), () -> probe(probe), config.health(), shared.clock(), events);
    this.pulse =
        new Pulse(
            body.incarnation(),
            () -> control.say("status"),
            control::heard,
            config.health().eventLoopTimeout(),
            shared.clock(),
            events);
  }

  @Override
  public void attach(RunningProcess running) {
    body.attach(running);
    control.start();
  }

  @Override
  public void exited(ExitStatus status, boolean outOfMemory) {
    events.accept(new WorkerEvent.Exited(incarnation(), status, outOfMemory));
  }

  @Override
  public WorkerBody body() {
    return body;
  }

  @Override
  public void accept() {
    body.mark(Stage.OPENED);
    prober.begin();
    prober.slowDown();
    control.order("accept");
    pulse.begin();
    if (control.status().accepting()) { // An app with its own cluster does so from the start.
      events.accept(new WorkerEvent.Accepting(incarnation()));
    }
  }

  @Override
  public void drain() {
    body.mark(Stage.DRAINING);
    prober.close();
    pulse.begin(); // One that was adopted while it drained may be hung as well.
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
    body.mark(Stage.DRAINING);
    prober.close();
    body.signal(Signal.valueOf(config.roll().stopSignal()), false);
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
  public List<String> probes() {
    return prober.lastAnswers();
  }

  @Override
  public void abandon() {
    prober.close();
    pulse.close();
    control.close();
  }

  /** False while there is no control connection. */
  @Override
  public boolean askForSocket(Path path) {
    return control.say("handover " + path);
  }

  /**
   * Asks it. An app that runs its own cluster has no private socket: that it listens is all that
   * can be known of it.
   */
  private ProbeResult probe(Prober.Probe probe) throws InterruptedException {
    ControlStatus status = control.status();
    return status.cluster()
        ? new ProbeResult(status.listening(), "not probed: the app runs its own cluster")
        : probe.run();
  }

  private void said(ControlStatus was, ControlStatus is) {
    Incarnation who = incarnation();
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
    if (is.logRefused() > was.logRefused()) {
      body.refusedWrites(is.logRefused() - was.logRefused());
    }
    if (is.fault() != null && !is.fault().equals(was.fault())) {
      LOG.warn(
          "The preload of a worker complains. incarnation={} pid={}: {}",
          who,
          is.pid(),
          is.fault());
    }
  }
}
