package dev.pointsman.agent.listen;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.DescriptorPassing;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Poll;
import dev.pointsman.agent.linux.Sockets;
import dev.pointsman.agent.process.RunningProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Gets a shared socket back after a restart of the agent: one that this process was started with;
 * else taken from a live worker; else given by a worker; else bound anew, which the kernel allows
 * only where nobody holds the port any more.
 *
 * <p>Blocks while a worker is asked. Whatever comes is checked before it is believed.
 */
public final class SocketRecovery {
  private static final int SLICE_MILLIS = 100;

  private final InheritedSockets inherited;
  private final Handover handover;
  private final Path directory;
  private final Duration patience;

  /**
   * Recovers sockets of this host.
   *
   * @param inherited those that this process was started with
   * @param directory where the socket to send to is made; workers must be able to enter it
   * @param patience how long to wait for one worker to give the socket
   */
  public SocketRecovery(
      InheritedSockets inherited, Handover handover, Path directory, Duration patience) {
    this.inherited = inherited;
    this.handover = handover;
    this.directory = directory;
    this.patience = patience;
  }

  /** How a socket was had. */
  public enum How {
    /** This process was started with it: by the service manager, or the agent before it. */
    INHERITED,
    /** By {@code pidfd_getfd} from a live worker. */
    TAKEN,
    /** Sent by a live worker. */
    HANDED_OVER,
    /** Nobody held it. */
    BOUND
  }

  /** The outcome. */
  public sealed interface Recovery {}

  /** The socket is ours again. */
  public record Recovered(SharedSocket socket, How how) implements Recovery {}

  /** Workers, or strangers, hold it, and it cannot be had. */
  public record Lost(String reason) implements Recovery {}

  /**
   * Gets the socket for {@code endpoint}.
   *
   * @param recordedInode of the socket that an earlier agent had, where it is known
   * @param workers live ones that inherited it
   */
  public Recovery takeBack(
      Endpoint endpoint, int backlog, OptionalLong recordedInode, List<RunningProcess> workers)
      throws IOException, InterruptedException {
    Wanted wanted = new Wanted(endpoint, recordedInode);
    Optional<SharedSocket> passed = inherited.claim(wanted);
    if (passed.isPresent()) {
      return recovered(passed.get(), backlog, How.INHERITED);
    }
    List<String> failures = new ArrayList<>();
    for (RunningProcess worker : workers) {
      Optional<SharedSocket> taken = take(worker, wanted, failures);
      if (taken.isPresent()) {
        return recovered(taken.get(), backlog, How.TAKEN);
      }
    }
    for (RunningProcess worker : workers) {
      Optional<SharedSocket> given = askFor(worker, wanted, failures);
      if (given.isPresent()) {
        return recovered(given.get(), backlog, How.HANDED_OVER);
      }
    }
    try {
      return new Recovered(SharedSocket.bind(endpoint, backlog), How.BOUND);
    } catch (IOException e) {
      failures.add(String.valueOf(e.getMessage()));
      return new Lost(String.join("; ", failures));
    }
  }

  /** Node sets the backlog to its own when it listens, so it is set again. */
  private static Recovery recovered(SharedSocket socket, int backlog, How how) throws IOException {
    Sockets.listen(socket.descriptor(), backlog);
    return new Recovered(socket, how);
  }

  private static Optional<SharedSocket> take(
      RunningProcess worker, Wanted wanted, List<String> failures) throws IOException {
    Path descriptors = Path.of("/proc/" + worker.identity().pid() + "/fd");
    for (Path entry : PortHolders.children(descriptors, "*")) {
      OptionalLong inode = PortHolders.socketInode(entry);
      if (inode.isPresent() && wanted.mayBe(inode.getAsLong())) {
        try {
          int taken = worker.descriptorOf(Integer.parseInt(entry.getFileName().toString()));
          Optional<SharedSocket> socket = wanted.check(taken);
          if (socket.isPresent()) {
            return socket;
          }
        } catch (LinuxException e) {
          if (e.is(Errno.EPERM)) {
            failures.add(worker + " does not let us take it: " + e.getMessage());
            return Optional.empty();
          }
          // EBADF, ESRCH: closed, or the worker ended, since we looked.
        }
      }
    }
    return Optional.empty();
  }

  private Optional<SharedSocket> askFor(RunningProcess worker, Wanted wanted, List<String> failures)
      throws IOException, InterruptedException {
    Path path = directory.resolve("handover-" + worker.identity().pid() + ".sock");
    Files.deleteIfExists(path);
    int mailbox = Sockets.bindDatagram(path);
    try {
      // The worker's user writes to it. What comes is checked, and the directory guards it.
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
      if (!handover.ask(worker, path)) {
        return Optional.empty();
      }
      Optional<SharedSocket> given = await(mailbox, worker, wanted);
      if (given.isEmpty()) {
        failures.add(worker + " was asked for it and gave nothing in " + patience);
      }
      return given;
    } catch (IOException e) {
      failures.add("asking " + worker + " failed: " + e.getMessage());
      return Optional.empty();
    } finally {
      Descriptors.close(mailbox);
      Files.deleteIfExists(path);
    }
  }

  private Optional<SharedSocket> await(int mailbox, RunningProcess worker, Wanted wanted)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() - end < 0 && worker.isAlive()) {
      if (Thread.interrupted()) {
        throw new InterruptedException("stopped while waiting for " + worker);
      }
      if (Poll.isReadable(mailbox, SLICE_MILLIS)) {
        Optional<SharedSocket> given = firstGood(DescriptorPassing.receive(mailbox), wanted);
        if (given.isPresent()) {
          return given;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<SharedSocket> firstGood(List<Integer> descriptors, Wanted wanted)
      throws IOException {
    Optional<SharedSocket> good = Optional.empty();
    for (int descriptor : descriptors) {
      if (good.isPresent()) {
        Descriptors.close(descriptor);
      } else {
        good = wanted.check(descriptor);
      }
    }
    return good;
  }
}
