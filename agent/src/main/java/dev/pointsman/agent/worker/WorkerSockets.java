package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.GateConfig.Place;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.listen.SharedSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The listening sockets that one process inherits, in the order of its descriptors: the app's, or
 * in a trial others in their place; then, where it is to have one, a private one to be probed on.
 * What was made for it alone is closed here once it has it, so that its end closes it for good.
 */
final class WorkerSockets implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final Endpoint LOOPBACK = new Endpoint("127.0.0.1", 0);

  private final List<Integer> descriptors = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<SharedSocket> own = new ArrayList<>();
  private int probePort;

  private WorkerSockets() {}

  /** {@code shared}: those of the app, whose configured ports are {@code ports}. */
  static WorkerSockets of(List<Integer> shared, List<Integer> ports, WorkerKind kind)
      throws IOException {
    WorkerSockets sockets = new WorkerSockets();
    for (int i = 0; i < shared.size(); i++) {
      sockets.add(shared.get(i), nameOf(ports, i));
    }
    return sockets.withProbe(kind);
  }

  /** Private ones in place of those that listen on {@code ports}. */
  static WorkerSockets trial(List<Integer> ports, WorkerKind kind) throws IOException {
    WorkerSockets sockets = new WorkerSockets();
    try {
      for (int i = 0; i < ports.size(); i++) {
        SharedSocket standIn = sockets.bind(LOOPBACK);
        sockets.add(standIn.descriptor(), nameOf(ports, i));
        if (i == 0 && kind.place() == Place.TRIAL && kind.connects()) {
          sockets.probePort = standIn.endpoint().port();
        }
      }
      return sockets.withProbe(kind);
    } catch (IOException e) {
      closeBecauseOf(e, sockets);
      throw e;
    }
  }

  /** For {@code LaunchSpec.descriptors}. */
  List<Integer> descriptors() {
    return descriptors;
  }

  /** For {@code LISTEN_FDNAMES}. */
  List<String> names() {
    return names;
  }

  /** Where the process can be asked; 0 for nowhere. */
  int probePort() {
    return probePort;
  }

  @Override
  public void close() throws IOException {
    for (SharedSocket socket : own) {
      socket.close();
    }
  }

  private WorkerSockets withProbe(WorkerKind kind) throws IOException {
    if (!kind.connects()) {
      return this;
    }
    if (kind.place() == Place.DESCRIPTOR) {
      SharedSocket socket = bind(LOOPBACK);
      add(socket.descriptor(), "probe");
      probePort = socket.endpoint().port();
    } else if (kind.place() == Place.PORT) {
      try (SharedSocket free = SharedSocket.bind(LOOPBACK, BACKLOG)) {
        probePort = free.endpoint().port();
      }
    }
    return this;
  }

  private SharedSocket bind(Endpoint endpoint) throws IOException {
    SharedSocket socket = SharedSocket.bind(endpoint, BACKLOG);
    own.add(socket);
    return socket;
  }

  private void add(int descriptor, String name) {
    descriptors.add(descriptor);
    names.add(name);
  }

  /** The first is {@code http}, as it always was. */
  private static String nameOf(List<Integer> ports, int index) {
    return index == 0 ? "http" : "port-" + ports.get(index);
  }

  private static void closeBecauseOf(IOException cause, WorkerSockets sockets) {
    try {
      sockets.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
