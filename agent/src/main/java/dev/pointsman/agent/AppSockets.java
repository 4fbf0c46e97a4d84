package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.worker.NodeWorkshop;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All shared listening sockets of an app, in the order of {@code listen}; it may have none. */
final class AppSockets implements AutoCloseable {
  private final AppConfig config;
  private final List<AppSocket> all = new ArrayList<>();

  AppSockets(AppConfig config, SocketStore store) {
    this.config = config;
    for (Endpoint endpoint : config.listen()) {
      all.add(new AppSocket(config, store, endpoint, all.isEmpty()));
    }
  }

  /** Gets hold of each; {@link #problem} says which could not be had. */
  void acquire(AppLedger ledger, NodeWorkshop shop, Path directory, Clock clock)
      throws IOException, InterruptedException {
    for (AppSocket socket : all) {
      if (socket.problem().isPresent()) { // The others are held already.
        socket.acquire(ledger, shop, directory, clock);
      }
    }
  }

  /** The descriptors of those that are there. */
  List<Integer> held() throws IOException {
    List<Integer> descriptors = new ArrayList<>();
    for (AppSocket socket : all) {
      if (socket.problem().isEmpty()) {
        descriptors.add(socket.descriptor());
      }
    }
    return descriptors;
  }

  /** The descriptors of all, for a worker to inherit. */
  List<Integer> descriptors() throws IOException {
    List<Integer> descriptors = new ArrayList<>();
    for (AppSocket socket : all) {
      descriptors.add(socket.descriptor());
    }
    return descriptors;
  }

  /** Copies of those that are there, for the program that this process becomes next. */
  List<InheritedSockets.Passed> copies() throws IOException {
    List<InheritedSockets.Passed> copies = new ArrayList<>();
    for (AppSocket socket : all) {
      socket.copy().ifPresent(copies::add);
    }
    return copies;
  }

  /** Why one of them is not there. */
  Optional<String> problem() {
    return all.stream().flatMap(socket -> socket.problem().stream()).findFirst();
  }

  /** Rejects what cannot be done without all of them. */
  void requireAll() throws Rejected {
    Optional<String> problem = problem();
    if (problem.isPresent()) {
      throw new Rejected(ErrorCode.SOCKET_LOST, problem.get(), config.listening());
    }
  }

  /** Closes all for good: nobody keeps them for the next agent either. */
  void giveUp() throws IOException {
    for (AppSocket socket : all) {
      socket.giveUp();
    }
  }

  @Override
  public void close() throws IOException {
    for (AppSocket socket : all) {
      socket.close();
    }
  }
}
