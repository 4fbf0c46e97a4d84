package dev.pointsman.agent.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of a unix socket, so made that nobody can connect before its mode is set: bound in a
 * private directory beside it, then renamed to its place. What a dead agent left is replaced; a
 * living agent's is not. One thread.
 */
final class UnixSocket {
  /** {@code sizeof(sun_path)} - 2: what the JDK can connect to; unix(7) would allow one more. */
  static final int LONGEST = 106;

  private static final String PRIVATE_DIRECTORY = ".new";
  private static final String MODE = "rw-rw----";

  private final Path path;
  private final Path directory;
  private @Nullable Object key;

  UnixSocket(Path path) {
    this.path = path.toAbsolutePath();
    this.directory = Objects.requireNonNull(this.path.getParent()).resolve(PRIVATE_DIRECTORY);
  }

  /** Clears the place; the address to bind is the result. */
  Path prepare() throws IOException {
    Path bound = directory.resolve("s");
    checkLength(path);
    checkLength(bound);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (!attributes(path).isOther()) {
        throw new IOException(path + " is in the way: it is no socket; move it away");
      }
      if (answers()) {
        throw new IOException("another agent answers at " + path + "; stop it first");
      }
    }
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.deleteIfExists(bound);
    Files.deleteIfExists(directory);
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return bound;
  }

  /** Puts the bound socket in its place. */
  void publish() throws IOException {
    Path bound = directory.resolve("s");
    Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString(MODE));
    key = attributes(bound).fileKey();
    Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(directory);
  }

  /** Removes the file, unless another agent has put its own there since. */
  void remove() throws IOException {
    if (key != null
        && Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && key.equals(attributes(path).fileKey())) {
      Files.deleteIfExists(path);
    }
    key = null;
  }

  private boolean answers() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException _) {
      return false; // Refused: a file without a process behind it.
    }
  }

  private static void checkLength(Path path) throws IOException {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST) {
      throw new IOException(
          "the path of the socket has "
              + length
              + " bytes, and at most "
              + LONGEST
              + " are possible: choose a shorter 'run' or 'http.socket' than "
              + path);
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
