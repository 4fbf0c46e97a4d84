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
  /** Looks at a release. */
  interface Check {
    void check(ReleaseId id) throws Rejected, IOException;
  }

  /** A look at every file's attributes, and one at all content. */
  record Checks(Check cheap, Check full) {}

  private final Layout layout;
  private final Durability durability;
  private final Checks checks;
  private final List<StagedRelease> unacknowledged = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();

  Recovery(Layout layout, Durability durability, Checks checks) {
    this.layout = layout;
    this.durability = durability;
    this.checks = checks;
  }

  Recovered run(Set<ReleaseId> accepted, CurrentLink link, List<ReleaseId> wanted)
      throws IOException {
    Optional<ReleaseId> current = link.read();
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
    repair(link, wanted);
    if (current.isPresent() && accepted.contains(current.get()) && isHere(current.get())) {
      inspect(current.get());
    }
    return new Recovered(unacknowledged, notices);
  }

  /** What workers run from has to be there, or they do not come back when they end. */
  private void repair(CurrentLink link, List<ReleaseId> wanted) throws IOException {
    Optional<ReleaseId> current = link.read();
    if (current.isPresent() && isHere(current.get())) {
      return;
    }
    Optional<ReleaseId> next = wanted.stream().filter(this::isHere).findFirst();
    if (next.isPresent()) {
      link.flip(next.get());
    }
    if (current.isPresent() || next.isPresent()) {
      notices.add(
          layout.current()
              + current.map(id -> " named " + id + ", which is not here").orElse(" was missing")
              + next.map(id -> "; now it names " + id + ", which was deployed before.")
                  .orElse(": deploy a release."));
    }
  }

  private boolean isHere(ReleaseId id) {
    return Files.isDirectory(layout.release(id), LinkOption.NOFOLLOW_LINKS);
  }

  private void inspect(ReleaseId current) throws IOException {
    try {
      checks.cheap().check(current);
    } catch (Rejected e) {
      notices.add(
          "The current release is not as it was staged: "
              + e.detail()
              + " Deploy another one, then"
              + " push "
              + current
              + " again.");
    }
  }

  private void look(ReleaseId id, boolean accepted, boolean isCurrent) throws IOException {
    try {
      if (!accepted) {
        checks.full().check(id);
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
