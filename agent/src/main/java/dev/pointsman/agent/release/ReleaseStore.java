package dev.pointsman.agent.release;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.BundleHead;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The releases of one app on disk, and which one is current.
 *
 * <p>A release is two renames of complete, synced directories: first its evidence to {@code
 * meta/<id>}, then its tree to {@code releases/<id>}; with the second it exists, and from then on
 * it does not change. Any thread may call; what renames holds the store's lock, what takes long
 * does not.
 */
public final class ReleaseStore {
  private final Layout layout;
  private final Durability durability;
  private final Clock clock;
  private final CurrentLink current;
  private final Spares spares;
  private final ReleaseChecks checks;

  private ReleaseStore(Layout layout, Durability durability, Clock clock) {
    this.layout = layout;
    this.durability = durability;
    this.clock = clock;
    this.current = new CurrentLink(layout, durability);
    this.spares = new Spares(layout, durability);
    this.checks = new ReleaseChecks(layout);
  }

  /**
   * Opens the store of {@code app} below {@code root}, creating what is missing.
   *
   * @throws IOException where the directories are on different file systems or writable by
   *     everybody, or {@code current} is a directory: the agent must not start
   */
  public static ReleaseStore open(Path root, AppName app, Durability durability, Clock clock)
      throws IOException {
    Layout layout = new Layout(root.toAbsolutePath(), app);
    layout.prepare();
    for (Path names : layout.parents()) {
      durability.syncDirectory(names); // New ones, or what an earlier start did not get to.
    }
    return new ReleaseStore(layout, durability, clock);
  }

  /**
   * Puts the directories in order after whatever ended the last run; before anything else is done.
   *
   * @param accepted releases that the journal knows; all others are read in full before they stay
   */
  public Recovered recover(Set<ReleaseId> accepted) throws IOException {
    return recover(accepted, List.of());
  }

  /**
   * As {@link #recover(Set)}, and sees to it that {@code current} leads to a release.
   *
   * @param wanted what it is to name where it names nothing that is here: the first of them that is
   */
  public synchronized Recovered recover(Set<ReleaseId> accepted, List<ReleaseId> wanted)
      throws IOException {
    spares.recover();
    Recovered found =
        new Recovery(layout, durability, new Recovery.Checks(this::verify, this::verifyFully))
            .run(accepted, current, wanted);
    new SessionRecovery(layout, clock.instant()).run();
    return found;
  }

  /** The upload session of {@code id}, open or not. */
  public Session session(ReleaseId id) {
    return layout.session(id);
  }

  /** Releases that have a session here, open or not. */
  public List<ReleaseId> sessions() throws IOException {
    try (Stream<Path> entries = Files.list(layout.incoming())) {
      return entries
          .flatMap(entry -> layout.ofSession(entry.getFileName().toString()).stream())
          .toList();
    }
  }

  /** What was signed, and who was found to have signed it. */
  public record Statement(BundleHead head, Manifest manifest, List<String> signers) {
    public Statement {
      signers = List.copyOf(signers);
    }

    /** SHA-256 of the manifest, hex. */
    public String digest() {
      return Sha256.of(head.manifest());
    }
  }

  /** What happens to new content when it is on disk, before the release appears. */
  public interface Keeping {
    /** Nothing. */
    Keeping NOTHING = () -> {};

    /** Takes it into the store. */
    void keep() throws Rejected, IOException;
  }

  /**
   * Makes the finished {@code staging} a release that survives a power cut. Rejects with {@code
   * release.exists} where one of that id is here.
   *
   * @param tree what was staged; its list lies in {@link Staging#list}
   */
  public StagedRelease publish(
      Staging staging, Statement statement, ReleaseTree tree, Keeping keeping)
      throws Rejected, IOException {
    Publication publication = new Publication(layout, durability, clock);
    Path evidence = publication.prepare(staging, statement, tree, keeping);
    synchronized (this) {
      return publication.appear(statement.manifest().release(), evidence, staging.tree());
    }
  }

  /** Which content the app uses. */
  public ContentUse contentUse() {
    return new ContentUse(layout);
  }

  /** The release {@code id}, if it is here. */
  public Optional<StagedRelease> find(ReleaseId id) throws IOException {
    Path release = layout.release(id);
    if (!Files.isDirectory(release, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Optional.of(layout.evidence(id).release(id, release));
  }

  /** The list of a release's files as it was signed for; rejects with {@code release.unknown}. */
  public Path fileList(ReleaseId id) throws Rejected {
    if (!Files.isDirectory(layout.release(id), LinkOption.NOFOLLOW_LINKS)) {
      throw ReleaseChecks.unknown(id);
    }
    return layout.evidence(id).directory().resolve(Evidence.LIST);
  }

  /** All releases, the last staged first. */
  public List<StagedRelease> list() throws IOException {
    List<StagedRelease> found = new ArrayList<>();
    for (ReleaseId id : ids()) {
      find(id).ifPresent(found::add);
    }
    found.sort(Comparator.comparing(StagedRelease::stagedAt).reversed());
    return List.copyOf(found);
  }

  private List<ReleaseId> ids() throws IOException {
    try (Stream<Path> entries = Files.list(layout.releases())) {
      return entries
          .flatMap(entry -> ReleaseId.parse(entry.getFileName().toString()).stream())
          .toList();
    }
  }

  /** Looks at {@code id} as {@link ReleaseChecks#verify} does. */
  public void verify(ReleaseId id) throws Rejected, IOException {
    checks.verify(id);
  }

  /** Reads all of {@code id} as {@link ReleaseChecks#verifyFully} does. */
  public void verifyFully(ReleaseId id) throws Rejected, IOException {
    checks.verifyFully(id);
  }

  /** Tells all that is wrong with {@code id}; rejects with {@code release.unknown}. */
  public Findings inspect(ReleaseId id) throws Rejected {
    return checks.inspect(id);
  }

  /** The release that {@code current} names, whether it is here or not. */
  public Optional<ReleaseId> current() throws IOException {
    return current.read();
  }

  /** Where {@code current} lies. */
  public Path currentLink() {
    return layout.current();
  }

  /** Makes {@code current} name {@code id}; returns when that is on disk. */
  public synchronized void flip(ReleaseId id) throws IOException {
    if (find(id).isEmpty()) {
      throw new IOException(
          "cannot make " + id + " current: " + layout.release(id) + " is missing");
    }
    current.flip(id);
  }

  /** Removes {@code current}: nothing was ever activated. */
  public synchronized void clearCurrent() throws IOException {
    current.clear();
  }

  /**
   * Removes a release and its evidence, but keeps its tree as the spare one, from which the next
   * release is made. There is one: the spare before it goes.
   */
  public void retire(ReleaseId id) throws IOException {
    List<Path> garbage;
    synchronized (this) {
      if (current.read().equals(Optional.of(id))) {
        throw new IllegalStateException(id + " is current");
      }
      garbage = spares.keep(id);
    }
    for (Path path : garbage) {
      Deletion.delete(path);
    }
  }

  /** Deletes the spare tree; returns how many there were. */
  public int dropSpares() throws IOException {
    List<Path> garbage;
    synchronized (this) {
      garbage = spares.discard();
    }
    for (Path path : garbage) {
      Deletion.delete(path);
    }
    return (int) garbage.stream().filter(path -> path.startsWith(layout.releases())).count();
  }

  /** Moves the spare tree to {@code to}, if there is one that can be used. */
  synchronized Optional<ReleaseTree> takeSpare(Path to) throws IOException {
    return spares.take(to);
  }

  /** Removes a release and its evidence. What was begun is ended by {@link #recover}. */
  public void remove(ReleaseId id) throws IOException {
    Path tree;
    Path evidence;
    synchronized (this) {
      if (current.read().equals(Optional.of(id))) {
        throw new IllegalStateException(id + " is current");
      }
      tree = Layout.discard(layout.releases(), id);
      durability.syncDirectory(layout.releases());
      evidence = Layout.discard(layout.meta(), id);
    }
    Deletion.delete(evidence);
    Deletion.delete(tree);
  }
}
