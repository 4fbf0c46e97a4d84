package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.AppEntry;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.listen.SharedSocket;
import dev.pointsman.agent.listen.SocketRecovery;
import dev.pointsman.agent.listen.SocketRecovery.Lost;
import dev.pointsman.agent.listen.SocketRecovery.Recovered;
import dev.pointsman.agent.worker.NodeWorkshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The app's shared listening socket: bound once, held for as long as the agent lives, and taken
 * back from its workers after a restart.
 */
final class AppSocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AppSocket.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final AppConfig config;
  private volatile @Nullable SharedSocket socket;
  private volatile @Nullable String lost;

  AppSocket(AppConfig config) {
    this.config = config;
  }

  /**
   * Gets hold of the socket, by whichever way is left; where there is none, {@link #problem} says
   * why.
   */
  void acquire(AppLedger ledger, NodeWorkshop shop, Path directory, Clock clock)
      throws IOException, InterruptedException {
    String boot = Files.readString(BOOT_ID).strip();
    AppEntry.Listening recorded = ledger.state().socket();
    OptionalLong inode =
        recorded != null && recorded.boot().equals(boot)
            ? OptionalLong.of(recorded.inode())
            : OptionalLong.empty();
    switch (new SocketRecovery(shop::askForSocket, directory, PATIENCE)
        .takeBack(config.listen(), config.backlog(), inode, shop.living())) {
      case Recovered(SharedSocket got, var how) -> {
        socket = got;
        if (inode.isEmpty() || inode.getAsLong() != got.inode()) {
          ledger.append(new AppEntry.Listening(got.inode(), boot, clock.instant()));
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

  /** The socket's descriptor, for a worker to inherit. */
  int descriptor() throws IOException {
    SharedSocket held = socket;
    if (held == null) {
      throw new IOException(
          "the agent does not hold the socket of " + config.listen() + ": " + lost);
    }
    return held.descriptor();
  }

  /** The descriptors of all sockets; none where they were lost. */
  List<Integer> descriptors() {
    SharedSocket held = socket;
    return held == null ? List.of() : List.of(held.descriptor());
  }

  /** Why there is no socket. */
  Optional<String> problem() {
    return socket != null ? Optional.empty() : Optional.of(String.valueOf(lost));
  }

  @Override
  public void close() throws IOException {
    SharedSocket held = socket;
    if (held != null) {
      held.close();
    }
  }
}
