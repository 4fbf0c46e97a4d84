package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * The link {@code current}: relative, replaced by renaming another one over it, so never absent.
 */
final class CurrentLink {
  /** Begins the name of a link that is about to become the current one. */
  static final String TEMPORARY = "current.";

  private static final String FOLDER = "releases/";

  private final Layout layout;
  private final Durability durability;

  CurrentLink(Layout layout, Durability durability) {
    this.layout = layout;
    this.durability = durability;
  }

  Optional<ReleaseId> read() throws IOException {
    Path link = layout.current();
    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    refuseOthers(link);
    String target = Files.readSymbolicLink(link).toString();
    Optional<ReleaseId> id =
        target.startsWith(FOLDER)
            ? ReleaseId.parse(target.substring(FOLDER.length()))
            : Optional.empty();
    if (id.isEmpty()) {
      throw new IOException(link + " leads to " + target + ", which is none of the app's releases");
    }
    return id;
  }

  void flip(ReleaseId id) throws IOException {
    Path link = layout.current();
    if (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      refuseOthers(link);
    }
    Path next = layout.app().resolve(TEMPORARY + UUID.randomUUID());
    Files.createSymbolicLink(next, Path.of(FOLDER + id));
    try {
      Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(next);
      throw e;
    }
    durability.syncDirectory(layout.app());
  }

  void clear() throws IOException {
    if (Files.exists(layout.current(), LinkOption.NOFOLLOW_LINKS)) {
      refuseOthers(layout.current());
      Files.delete(layout.current());
      durability.syncDirectory(layout.app());
    }
  }

  private static void refuseOthers(Path link) throws IOException {
    if (!Files.isSymbolicLink(link)) {
      throw new IOException(
          link + " is not a symbolic link: somebody put something else there; move it away");
    }
  }
}
