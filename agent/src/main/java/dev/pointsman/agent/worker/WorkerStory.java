package dev.pointsman.agent.worker;

import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.upkeep.Ailing;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.bundle.AppName;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells followers and the log what becomes of an app's workers. */
public final class WorkerStory {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerStory.class);

  private final AppName app;
  private final EventLog events;

  /** Tells of {@code app}'s workers. */
  public WorkerStory(AppName app, EventLog events) {
    this.app = app;
    this.events = events;
  }

  void tell(WorkerSupervisor worker, @Nullable WorkerState was, WorkerState is) {
    if (was != null && was.getClass() == is.getClass()) {
      return; // Progress within a state is in the status, not in the story.
    }
    String slot = "Slot " + worker.slot() + ": ";
    String who = "worker of " + worker.generation().release();
    switch (is) {
      case Launching it ->
          publish(worker, "worker.launching", it.who(), slot + who + " is starting.");
      case Standby it -> publish(worker, "worker.standby", it.who(), slot + who + " is healthy.");
      case Online it -> publish(worker, "worker.online", it.who(), slot + who + " accepts.");
      case Draining it -> publish(worker, "worker.draining", it.who(), slot + who + " drains.");
      case Stopping it ->
          publish(worker, "worker.stopping", it.who(), slot + who + " is being stopped.");
      case Stopped it ->
          publish(
              worker,
              "worker.stopped",
              it.last(),
              slot + who + " is gone" + because(worker, it.trouble()) + cut(worker));
      case BackingOff it ->
          publish(
              worker,
              "worker.backing_off",
              it.last(),
              slot + who + " is started again" + because(it.trouble()));
      case Errored it ->
          publish(
              worker,
              "worker.errored",
              it.last(),
              slot
                  + who
                  + " ended too often and rests until "
                  + it.until()
                  + because(it.trouble()));
    }
  }

  /** Tells what is done about a worker that ails. */
  void upkeep(String type, Ailing worker, String what) {
    Map<String, String> data = new TreeMap<>();
    data.put("slot", Integer.toString(worker.slot()));
    data.put("cause", worker.why().name().toLowerCase(Locale.ROOT));
    String message = "Slot " + worker.slot() + ": its worker " + what;
    LOG.warn("{} app={} {}", message, app, data);
    events.publish(type, app.value(), message, data);
  }

  AppName app() {
    return app;
  }

  /** The same of one that is tried in private, of which the slot knows nothing. */
  void tellTrial(WorkerSupervisor worker, @Nullable WorkerState was, WorkerState is) {
    if (was != null && was.getClass() == is.getClass()) {
      return;
    }
    String first = "First worker of " + worker.generation().release();
    switch (is) {
      case Launching it ->
          publish(worker, "worker.trial", it.who(), first + " is tried in private.");
      case Online it ->
          publish(worker, "worker.trial_passed", it.who(), first + " passed its private trial.");
      case Stopped it ->
          publish(
              worker,
              "worker.trial_ended",
              it.last(),
              first + " is gone after its private trial" + because(it.trouble()));
      case Standby _, Draining _, Stopping _, BackingOff _, Errored _ -> {}
    }
  }

  private void publish(WorkerSupervisor worker, String type, Incarnation who, String message) {
    WorkerProcess process = worker.view().present();
    Map<String, String> data = new TreeMap<>();
    data.put("slot", Integer.toString(worker.slot()));
    data.put("incarnation", who.toString());
    data.put("generation", worker.generation().shortDigest());
    data.put("release", worker.generation().release().value());
    if (process != null) {
      data.put("pid", Integer.toString(process.pid()));
    }
    WorkerExit exit = worker.view().lastExit();
    if (exit != null && exit.who().equals(who)) {
      data.put("exit", exit.words());
      data.put("cause", exit.cause().name().toLowerCase(Locale.ROOT));
    }
    LOG.info("{} app={} {}", message, app, data);
    events.publish(type.toLowerCase(Locale.ROOT), app.value(), message, data);
  }

  /** Why it is gone; how it ended, where nothing was wrong. */
  private static String because(WorkerSupervisor worker, @Nullable Trouble trouble) {
    WorkerExit exit = worker.view().lastExit();
    return trouble == null && exit != null ? ": " + exit.words() + "." : because(trouble);
  }

  private static String because(@Nullable Trouble trouble) {
    return trouble == null ? "." : ": " + trouble.detail();
  }

  private static String cut(WorkerSupervisor worker) {
    WorkerProcess process = worker.view().process();
    int cut = process == null ? 0 : process.counters().cut();
    return cut == 0 ? "" : " " + cut + " connections were cut at drain_timeout.";
  }
}
