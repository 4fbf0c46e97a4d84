package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.GateConfig.Ready;
import dev.pointsman.agent.linux.Datagrams.Datagram;
import dev.pointsman.agent.notify.Notifications;
import dev.pointsman.agent.notify.NotifyMessage;
import dev.pointsman.agent.notify.NotifySocket;
import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.worker.WorkerHandle.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process without the preload: it says by systemd's notify protocol how it is, and it accepts as
 * soon as it listens. So to accept costs nothing, and to drain is its own business: it is told by
 * the stop signal, and its own graceful stop does the rest.
 */
final class PlainWorker implements LaunchedWorker {
  private static final Logger LOG = LoggerFactory.getLogger(PlainWorker.class);

  private final WorkerBody body;
  private final AppConfig config;
  private final Consumer<WorkerEvent> events;
  private final NotifySocket socket;
  private final Notifications notifications;
  private final Prober prober;
  private final Thread uptime;
  private final Watchdog watchdog;
  private Notifications.@Nullable Watch watch;
  private boolean ready;
  private volatile String status = "";

  /** What it is told by, and asked by. */
  record Lines(Notifications notifications, NotifySocket socket, Prober.Probe probe) {}

  PlainWorker(
      WorkerBody body, NodeWorkshop.Shared shared, Lines lines, Consumer<WorkerEvent> events) {
    this.body = body;
    this.config = shared.config();
    this.events = events;
    this.socket = lines.socket();
    this.notifications = lines.notifications();
    this.prober =
        new Prober(body.incarnation(), lines.probe(), config.health(), shared.clock(), events);
    this.uptime = Thread.ofVirtual().name("uptime-" + body.incarnation()).unstarted(this::sleepIn);
    this.watchdog = new Watchdog(body.incarnation(), body.handle().kind().watchdog(), events);
    this.ready = body.handle().stage() != Stage.LAUNCHING;
  }

  @Override
  public void attach(RunningProcess running) {
    body.attach(running);
    try {
      Notifications.Watch begun = notifications.watch(socket, this::received);
      synchronized (this) {
        watch = begun;
      }
    } catch (IOException e) {
      LOG.warn(
          "What a worker says cannot be heard. incarnation={}: {}", incarnation(), e.getMessage());
    }
    if (body.handle().kind().ready() == Ready.UPTIME && !isReady()) {
      uptime.start();
    }
  }

  @Override
  public void exited(ExitStatus end, boolean outOfMemory) {
    events.accept(new WorkerEvent.Exited(incarnation(), end, outOfMemory));
  }

  @Override
  public WorkerBody body() {
    return body;
  }

  /** It does already. */
  @Override
  public void accept() {
    body.mark(Stage.OPENED);
    prober.begin();
    prober.slowDown();
    watchdog.begin();
    events.accept(new WorkerEvent.Accepting(incarnation()));
  }

  /** It is stopped at once: its own graceful stop is what drains it. */
  @Override
  public void drain() {
    body.mark(Stage.DRAINING);
    prober.close();
    watchdog.close();
    events.accept(new WorkerEvent.Drained(incarnation()));
  }

  @Override
  public void terminate() {
    body.mark(Stage.DRAINING);
    prober.close();
    watchdog.close();
    body.signal(Signal.valueOf(config.roll().stopSignal()), false);
  }

  @Override
  public Counters counters() {
    return new Counters(0, 0, 0, 0, residentBytes(), null);
  }

  @Override
  public @Nullable String said() {
    return status.isEmpty() ? null : status;
  }

  @Override
  public List<String> probes() {
    List<String> all = new ArrayList<>(prober.lastAnswers());
    if (!isReady()) {
      all.add(
          body.handle().kind().ready() == Ready.NOTIFY
              ? "it has not said READY=1 on NOTIFY_SOCKET"
              : "it has not run for its uptime yet");
    }
    if (!status.isEmpty()) {
      all.add("it says of itself: " + status);
    }
    return all;
  }

  @Override
  public boolean askForSocket(Path path) {
    return false; // It would not understand.
  }

  @Override
  public void abandon() {
    uptime.interrupt();
    prober.close();
    watchdog.close();
    Notifications.@Nullable Watch begun;
    synchronized (this) {
      begun = watch;
    }
    try {
      if (begun != null) {
        begun.close();
      }
      socket.close();
    } catch (IOException e) {
      LOG.debug("Closing a notify socket failed. incarnation={}", incarnation(), e);
    }
  }

  private synchronized boolean isReady() {
    return ready;
  }

  private void received(Datagram datagram) {
    RunningProcess running = body.process();
    if (running == null || !running.maySpeakFor(datagram.pid())) {
      LOG.warn(
          "Somebody else spoke for a worker and is not heard. incarnation={} sender={} uid={}",
          incarnation(),
          datagram.pid(),
          datagram.uid());
      return;
    }
    NotifyMessage message = NotifyMessage.parse(datagram.text());
    message.status().ifPresent(text -> status = text);
    message
        .errno()
        .ifPresent(
            errno -> LOG.warn("A worker reports errno {}. incarnation={}", errno, incarnation()));
    message
        .extend()
        .ifPresent(more -> events.accept(new WorkerEvent.MoreTime(incarnation(), more)));
    message.watchdog().ifPresent(watchdog::every);
    if (message.stopping()) {
      watchdog.close(); // What is ending needs to show no life.
    } else if (message.trigger()) {
      watchdog.trigger();
    } else if (message.alive()) {
      watchdog.beat();
    }
    if (message.ready() && body.handle().kind().ready() == Ready.NOTIFY) {
      becameReady();
    }
  }

  private void sleepIn() {
    try {
      Thread.sleep(body.handle().kind().uptime());
      becameReady();
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void becameReady() {
    synchronized (this) {
      if (ready) {
        return;
      }
      ready = true;
    }
    events.accept(new WorkerEvent.BecameReady(incarnation()));
    prober.begin();
  }
}
