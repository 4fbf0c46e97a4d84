package dev.pointsman.agent.notify;

import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Sockets;
import dev.pointsman.agent.linux.Users.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A worker's own notify socket: whatever comes through it is that worker's, for nobody else may
 * write to it. It lies in a directory in which only the agent makes files, so no name in it can be
 * swapped for another while it is given away.
 */
public final class NotifySocket implements AutoCloseable {
  private final Path path;
  private final int descriptor;
  private boolean closed;

  private NotifySocket(Path path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /**
   * Binds {@code path}, in place of what is there. A worker whose socket is bound again goes on: it
   * finds it by its path.
   *
   * @param owner who may write to it, if not the agent's own user
   */
  public static NotifySocket bind(Path path, Optional<User> owner) throws IOException {
    try {
      Files.deleteIfExists(path);
      int descriptor = Sockets.bindDatagram(path);
      try {
        Sockets.askForCredentials(descriptor);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        if (owner.isPresent()) {
          Files.setAttribute(path, "unix:gid", owner.get().gid());
          Files.setAttribute(path, "unix:uid", owner.get().uid());
        }
      } catch (IOException e) {
        Descriptors.close(descriptor);
        throw e;
      }
      return new NotifySocket(path, descriptor);
    } catch (IOException e) {
      throw new IOException(
          "cannot make the notify socket of a worker, " + path + ": " + e.getMessage(), e);
    }
  }

  /** For {@code NOTIFY_SOCKET}. */
  public Path path() {
    return path;
  }

  int descriptor() {
    return descriptor;
  }

  /** Stops listening; the file stays, for whoever removes the worker's other files. */
  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      Descriptors.close(descriptor);
    }
  }
}
