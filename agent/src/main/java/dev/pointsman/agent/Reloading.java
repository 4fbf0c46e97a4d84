package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigChanges;
import dev.pointsman.agent.config.ConfigInvalid;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.ReloadResource.AppChange;
import dev.pointsman.protocol.api.ReloadResource.Change;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again while the agent runs: for a deployment the file of the app, for a
 * reload all of them; a plan only looks. A mistake anywhere changes nothing. What workers are
 * started from is never changed beneath them: it waits for a deployment. Any thread.
 */
final class Reloading {
  private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);

  private final Path file;
  private final HostConfig running;
  private final SortedMap<AppName, App> apps;
  private final EventLog events;
  private final List<Thread> withdrawing = new ArrayList<>();
  private volatile List<AppConfig> configured;

  /** {@code apps}: those that are managed; what is removed is taken out of it. */
  Reloading(Path file, HostConfig running, SortedMap<AppName, App> apps, EventLog events) {
    this.file = file;
    this.running = running;
    this.apps = apps;
    this.events = events;
    this.configured = running.apps();
  }

  /** The apps of this host, also those that could not be opened. */
  List<AppConfig> configured() {
    return configured;
  }

  /** Reads the file of {@code app} again, for a deployment that is to go by it. */
  synchronized void reread(App app) throws Rejected {
    app.configure(look(app));
  }

  /** What the file of {@code app} says now; nothing goes by it yet. */
  AppConfig look(App app) throws Rejected {
    Optional<AppConfig> now =
        read().apps().stream().filter(it -> it.name().equals(app.name())).findFirst();
    if (now.isEmpty()) {
      throw new Rejected(
          ErrorCode.CONFIG_INVALID,
          "The file of " + app.name() + " is gone: 'pointsman reload' removes the app.",
          app.name().value());
    }
    return now.get();
  }

  private HostConfig read() throws Rejected {
    try {
      return ConfigReader.read(file);
    } catch (ConfigInvalid | IOException e) {
      throw new Rejected(ErrorCode.CONFIG_INVALID, String.valueOf(e.getMessage()), file.toString());
    }
  }

  /** Reads everything again. */
  synchronized ReloadResource reload(String requestedBy) throws Rejected {
    HostConfig now = read();
    List<AppChange> changes = new ArrayList<>();
    for (AppConfig config : now.apps()) {
      App app = apps.get(config.name());
      if (app != null) {
        ConfigChanges changed = app.configure(config);
        List<String> pending = app.lookForPending();
        boolean same = changed.live().isEmpty() && changed.start().isEmpty() && pending.isEmpty();
        if (!same) {
          changes.add(
              new AppChange(
                  config.name().value(), Change.CHANGED, changed.live(), pending, changed.start()));
        }
      } else if (configured.stream().noneMatch(it -> it.name().equals(config.name()))) {
        changes.add(change(config.name(), Change.ADDED));
      }
    }
    for (AppName name : new TreeSet<>(apps.keySet())) {
      if (now.apps().stream().noneMatch(config -> config.name().equals(name))) {
        changes.add(change(name, Change.REMOVED));
        withdraw(name);
      }
    }
    configured =
        running.apps().stream()
            .filter(it -> now.apps().stream().anyMatch(kept -> kept.name().equals(it.name())))
            .toList();
    ReloadResource result =
        new ReloadResource(changes, ConfigChanges.between(running, now), List.of());
    LOG.info("The configuration was read again. by={} result={}", requestedBy, result);
    events.publish(
        "config.reloaded",
        null,
        "The configuration was read again, asked for by " + requestedBy + ".",
        Map.of("changed", "" + changes.size()));
    return result;
  }

  private static AppChange change(AppName app, Change change) {
    return new AppChange(app.value(), change, List.of(), List.of(), List.of());
  }

  /** Draining takes its time, and nobody need wait for it. */
  private void withdraw(AppName name) {
    App gone = Objects.requireNonNull(apps.remove(name));
    withdrawing.removeIf(thread -> !thread.isAlive());
    withdrawing.add(
        Thread.ofVirtual()
            .name("withdraw-" + name)
            .start(() -> {
              try {
                Leftovers.tell(events, name, gone.withdraw());
              } catch (InterruptedException e) {
                LOG.info(
                    "The next start of the agent ends the workers of a removed app. app={}", name);
              } catch (IOException e) {
                LOG.error("An app could not be removed entirely. app={}", name, e);
              }
            }));
  }

  /** Stops where it is; the next start of the agent finds what is left. */
  void stop() throws InterruptedException {
    List<Thread> all;
    synchronized (this) {
      all = List.copyOf(withdrawing);
    }
    for (Thread thread : all) {
      thread.interrupt();
      thread.join();
    }
  }
}
