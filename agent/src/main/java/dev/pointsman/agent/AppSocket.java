package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.deployment.AppEntry;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Spawn;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.listen.SharedSocket;
import dev.pointsman.agent.listen.SocketRecovery;
import dev.pointsman.agent.listen.SocketRecovery.How;
import dev.pointsman.agent.listen.SocketRecovery.Lost;
import dev.pointsman.agent.listen.SocketRecovery.Recovered;
import dev.pointsman.agent.worker.NodeWorkshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shared listening socket of the app: bound once, held for as long as the agent lives, and
 * taken back from its workers after a restart.
 */
final class AppSocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AppSocket.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final AppConfig config;
  private final SocketStore store;
  private final Endpoint endpoint;
  private final boolean first;
  private volatile @Nullable SharedSocket socket;
  private volatile @Nullable String lost;

  /** The socket of {@code config}'s app that listens on {@code endpoint}, perhaps its first. */
  AppSocket(AppConfig config, SocketStore store, Endpoint endpoint, boolean first) {
    this.config = config;
    this.store = store;
    this.endpoint = endpoint;
    this.first = first;
  }

  /**
   * Gets hold of the socket, by whichever way is left; where there is none, {@link #problem} says
   * why.
   */
  void acquire(AppLedger ledger, NodeWorkshop shop, Path directory, Clock clock)
      throws IOException, InterruptedException {
    String boot = Files.readString(BOOT_ID).strip();
    OptionalLong inode =
        (first ? ledger.state().socket().ofTheFirst() : ledger.state().socket().of(address()))
            .filter(recorded -> recorded.boot().equals(boot))
            .map(recorded -> OptionalLong.of(recorded.inode()))
            .orElse(OptionalLong.empty());
    switch (new SocketRecovery(store.inherited(), shop::askForSocket, directory, PATIENCE)
        .takeBack(endpoint, config.backlog(), inode, shop.living())) {
      case Recovered(SharedSocket got, var how) -> {
        socket = got;
        lost = null;
        store.keep(name(), got.descriptor(), how == How.BOUND);
        if (inode.isEmpty() || inode.getAsLong() != got.inode()) {
          ledger.append(
              first
                  ? new AppEntry.Listening(got.inode(), boot, clock.instant())
                  : new AppEntry.AlsoListening(address(), got.inode(), boot, clock.instant()));
        }
        LOG.info(
            "The shared socket is held. app={} listen={} how={} inode={}",
            config.name(),
            got.endpoint(),
            how,
            got.inode());
      }
      case Lost(String reason) -> {
        lost = reason;
        LOG.error(
            "The shared socket could not be had: workers go on, deployments are refused. app={}: {}",
            config.name(),
            reason);
      }
    }
  }

  private String address() {
    return endpoint.toString();
  }

  /** The socket's descriptor, for a worker to inherit. */
  int descriptor() throws IOException {
    SharedSocket held = socket;
    if (held == null) {
      throw new IOException("the agent does not hold the socket of " + endpoint + ": " + lost);
    }
    return held.descriptor();
  }

  /**
   * A copy for the program that this process becomes next: it outlives {@link #close}. Empty where
   * the socket was lost.
   */
  Optional<InheritedSockets.Passed> copy() throws IOException {
    SharedSocket held = socket;
    return held == null
        ? Optional.empty()
        : Optional.of(
            new InheritedSockets.Passed(
                Descriptors.duplicate(held.descriptor(), Spawn.FIRST_DESCRIPTOR), name()));
  }

  /** What a service manager, or the next program, is told that it is. */
  private String name() {
    return SocketStore.name(config, endpoint);
  }

  /** Why there is no socket. */
  Optional<String> problem() {
    return socket != null ? Optional.empty() : Optional.of(String.valueOf(lost));
  }

  /** Closes it, and has nobody keep it for the next agent. */
  void giveUp() throws IOException {
    store.forget(name());
    close();
  }

  @Override
  public synchronized void close() throws IOException {
    SharedSocket held = socket;
    if (held != null) {
      socket = null;
      lost = "it was given up";
      held.close();
    }
  }
}
