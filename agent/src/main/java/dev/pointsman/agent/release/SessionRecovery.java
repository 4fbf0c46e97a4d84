package dev.pointsman.agent.release;

import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.Stamp;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Puts an app's upload sessions in order after whatever ended the last run: content that is what
 * its name says stays, until the session is too old; everything else goes. Idempotent, and may be
 * stopped anywhere.
 */
final class SessionRecovery {
  private final Layout layout;
  private final Instant now;

  SessionRecovery(Layout layout, Instant now) {
    this.layout = layout;
    this.now = now;
  }

  void run() throws IOException {
    try (Stream<Path> sessions = Files.list(layout.incoming())) {
      for (Path directory : (Iterable<Path>) sessions.sorted()::iterator) {
        recover(directory);
      }
    }
  }

  private void recover(Path directory) throws IOException {
    String name = directory.getFileName().toString();
    Optional<ReleaseId> release = layout.ofSession(name);
    Optional<Manifest> manifest =
        release.isPresent() ? worthKeeping(release.get()) : Optional.empty();
    if (manifest.isPresent()) {
      tidy(directory, manifest.get().created());
    } else if (name.startsWith(layout.sessionPrefix())
        || name.startsWith(Layout.GARBAGE + layout.sessionPrefix())) {
      Deletion.delete(directory);
    }
  }

  /** What the session is for, if it is whole and has a future. */
  private Optional<Manifest> worthKeeping(ReleaseId release) throws IOException {
    Session session = layout.session(release);
    Path directory = session.directory();
    Path moved = directory.resolve(Staging.META).resolve(Evidence.LIST);
    if (Files.exists(moved, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(moved, session.list(), StandardCopyOption.ATOMIC_MOVE); // Not published after all.
    }
    if (!session.isOpen()
        || !Files.isRegularFile(session.list(), LinkOption.NOFOLLOW_LINKS)
        || now.isAfter(session.expires())
        || Files.exists(layout.release(release), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      Manifest manifest = Manifest.parse(session.head().manifest());
      boolean whole =
          manifest.tree().isPresent()
              && manifest.release().equals(release)
              && Sha256.ofFile(session.list()).equals(manifest.tree().get().sha256());
      return whole ? Optional.of(manifest) : Optional.empty();
    } catch (Rejected e) {
      return Optional.empty(); // It was not synced, and the power was cut.
    }
  }

  private static void tidy(Path directory, Instant created) throws IOException {
    Path blobs = directory.resolve(Session.BLOBS);
    if (!Files.isDirectory(blobs, LinkOption.NOFOLLOW_LINKS)) {
      Modes.createDirectory(blobs, Modes.PRIVATE);
    }
    salvage(directory.resolve(Staging.TREE), blobs);
    for (String own : Staging.OWN) {
      Deletion.delete(directory.resolve(own));
    }
    try (Stream<Path> files = Files.list(blobs)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!isGood(file, created)) {
          Deletion.delete(file);
        }
      }
    }
  }

  /** Takes what was written for the tree; what has other names as well is at home elsewhere. */
  private static void salvage(Path tree, Path blobs) throws IOException {
    if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        PosixFileAttributes is =
            Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        boolean executable = is.permissions().equals(Modes.EXECUTABLE);
        if (is.isRegularFile() && (executable || is.permissions().equals(Modes.FILE))) {
          BlobKey key = new BlobKey(Sha256.ofFile(file), executable);
          Files.move(file, blobs.resolve(key.name()), StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }

  /**
   * Whether the content is what the name says. Then it gets its time again: what was not synced may
   * have lost that and nothing else.
   */
  private static boolean isGood(Path file, Instant created) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(Session.PART)) {
      // Its digest is taken again before it is continued, and again at its end.
      String whole = name.substring(0, name.length() - Session.PART.length());
      return BlobKey.parse(whole).isPresent();
    }
    Optional<BlobKey> key = BlobKey.parse(name);
    if (key.isEmpty()) {
      return false;
    }
    PosixFileAttributes is =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String sha256 = key.get().sha256();
    boolean executable = key.get().executable();
    if (!is.isRegularFile()
        || !is.permissions().equals(Modes.ofFile(executable))
        || !Sha256.ofFile(file).equals(sha256)) {
      return false;
    }
    if (!Stamp.isOn(is.lastModifiedTime(), sha256)) {
      Modes.settle(file, executable, Stamp.of(created, sha256));
    }
    return true;
  }
}
