package dev.pointsman.agent.release;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Ends what the last run left half done: uploads, deletions, flips and publications. What is not
 * complete goes; nothing is guessed. Running it twice, or stopping it anywhere and running it
 * again, gives the same.
 */
final class Recovery {
  /** Reads all of a release. */
  interface FullCheck {
    void check(ReleaseId id) throws Rejected, IOException;
  }

  private final Layout layout;
  private final Durability durability;
  private final FullCheck fullCheck;
  private final List<StagedRelease> unacknowledged = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();

  Recovery(Layout layout, Durability durability, FullCheck fullCheck) {
    this.layout = layout;
    this.durability = durability;
    this.fullCheck = fullCheck;
  }

  Recovered run(Set<ReleaseId> accepted, Optional<ReleaseId> current) throws IOException {
    deleteNames(layout.app(), name -> name.startsWith(CurrentLink.TEMPORARY));
    deleteNames(layout.releases(), name -> name.startsWith(".gc-") || name.startsWith(".st-"));
    deleteNames(layout.meta(), name -> name.startsWith(".gc-") || name.startsWith(".tmp-"));
    for (Path release : children(layout.releases())) {
      Optional<ReleaseId> id = ReleaseId.parse(release.getFileName().toString());
      if (Spares.isSpare(release.getFileName().toString())) {
        continue;
      }
      if (id.isEmpty()) {
        notices.add(release + " is no release; it was left alone.");
      } else {
        look(id.get(), accepted.contains(id.get()), current.equals(id));
      }
    }
    deleteNames(
        layout.meta(),
        name -> !Files.exists(layout.releases().resolve(name), LinkOption.NOFOLLOW_LINKS));
    if (current.isPresent() && !Files.isDirectory(layout.release(current.get()))) {
      notices.add(layout.current() + " names " + current.get() + ", which is not here.");
    }
    return new Recovered(unacknowledged, notices);
  }

  private void look(ReleaseId id, boolean accepted, boolean isCurrent) throws IOException {
    try {
      if (!accepted) {
        fullCheck.check(id);
      }
      StagedRelease release = layout.evidence(id).release(id, layout.release(id));
      if (!accepted) {
        unacknowledged.add(release);
      }
    } catch (Rejected | IOException e) {
      if (isCurrent || (accepted && layout.evidence(id).isSealed())) {
        // Workers may run from it, and a fault of the disk may pass: deploying checks it again.
        notices.add("The release " + id + " was kept, although: " + e.getMessage());
      } else {
        notices.add("The release " + id + " was incomplete and is gone: " + e.getMessage());
        drop(id);
      }
    }
  }

  private void drop(ReleaseId id) throws IOException {
    Path garbage = layout.releases().resolve(Layout.GARBAGE + id);
    Files.move(layout.release(id), garbage, StandardCopyOption.ATOMIC_MOVE);
    durability.syncDirectory(layout.releases());
    Deletion.delete(layout.evidence(id).directory());
    Deletion.delete(garbage);
  }

  private static void deleteNames(Path directory, Predicate<String> which) throws IOException {
    for (Path child : children(directory)) {
      if (which.test(child.getFileName().toString())) {
        Deletion.delete(child);
      }
    }
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.sorted().toList();
    }
  }
}
