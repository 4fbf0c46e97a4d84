package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.listen.InheritedSockets.Passed;
import dev.pointsman.agent.systemd.DescriptorStore;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of apps in the hands of others while no agent runs: each has a name there, made of
 * its app and its port.
 */
final class SocketStore {
  private static final Logger LOG = LoggerFactory.getLogger(SocketStore.class);

  /** No app has an underscore in its name, so that names of others' sockets are not ours. */
  private static final Pattern OURS = Pattern.compile("[a-z][a-z0-9-]{0,38}_[0-9]{1,5}");

  private final DescriptorStore store;
  private final InheritedSockets inherited;

  SocketStore(DescriptorStore store, InheritedSockets inherited) {
    this.store = store;
    this.inherited = inherited;
  }

  /** Those that this process was started with. */
  InheritedSockets inherited() {
    return inherited;
  }

  static String name(AppConfig app, Endpoint endpoint) {
    return app.name() + "_" + endpoint.port();
  }

  /**
   * Has the service manager keep a socket for the next agent; without one, or where that fails,
   * there are other ways to get it back.
   *
   * @param fresh it takes the place of whatever was kept under that name
   */
  void keep(String name, int descriptor, boolean fresh) {
    try {
      if (fresh) {
        store.forget(name);
      }
      store.keep(name, descriptor);
    } catch (IOException e) {
      LOG.warn("A socket is not kept for the next agent. name={}: {}", name, e.getMessage());
    }
  }

  /**
   * Has the service manager close what it keeps under {@code name}: a socket that nobody accepts
   * from, but that is open somewhere, takes connections that nobody ever answers.
   */
  void forget(String name) {
    try {
      store.forget(name);
    } catch (IOException e) {
      LOG.warn(
          "A socket that was given up is kept until the next start of the agent. name={}: {}",
          name,
          e.getMessage());
    }
  }

  /**
   * Lets go of sockets of apps that are not configured any more, or listen elsewhere: kept open,
   * they would take connections that nobody ever answers.
   */
  void forgetAllBut(Collection<AppConfig> apps) {
    Set<String> wanted =
        apps.stream()
            .flatMap(app -> app.listen().stream().map(endpoint -> name(app, endpoint)))
            .collect(Collectors.toSet());
    for (Passed passed : inherited.unclaimed()) {
      if (!wanted.contains(passed.name()) && OURS.matcher(passed.name()).matches()) {
        forget(passed);
      }
    }
  }

  private void forget(Passed passed) {
    try {
      store.forget(passed.name());
      inherited.close(passed);
      LOG.info("A socket that no app listens on any more is closed. name={}", passed.name());
    } catch (IOException e) {
      LOG.warn(
          "A socket that no app listens on any more stays. name={}: {}",
          passed.name(),
          e.getMessage());
    }
  }
}
