package dev.pointsman.agent.store;

import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.FileSystems;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Users;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content store. What it has is known in memory; every blob is looked at before it is used, and
 * content that is not what its name says goes into quarantine and counts as missing.
 *
 * <p>Any thread may call. A blob that the sweep takes away while it is placed was either linked
 * before, and then the release has it, or is reported missing.
 */
public final class ContentStore {
  private static final Logger LOG = LoggerFactory.getLogger(ContentStore.class);

  private final StoreLayout layout;
  private final KeySet keys;
  private final Quarantine quarantine;
  private final FreshCopies fresh;
  private final boolean nanoseconds;
  private final Parts parts;
  private final FolderLocks locks = new FolderLocks();
  private final Sweep sweep;
  private final Scrub scrub;
  private volatile ScrubState scrubState;
  private final Placing placing;

  private ContentStore(StoreLayout layout, Parts parts, boolean nanoseconds) throws IOException {
    this.layout = layout;
    this.parts = parts;
    this.nanoseconds = nanoseconds;
    this.keys = new KeySet(parts.keyLimit());
    this.quarantine = new Quarantine(layout.quarantine(), parts.clock());
    this.fresh = new FreshCopies(layout, parts.barrier(), this::appear);
    Shelves shelves = new Shelves(layout, keys, locks);
    this.sweep = new Sweep(shelves);
    Fitness fitness = new Fitness(Users.effectiveUid(), nanoseconds);
    Inspection inspection = new Inspection(fitness, quarantine, parts.alarm());
    this.scrub = new Scrub(shelves, inspection);
    this.scrubState = ScrubState.read(layout.scrubState(), parts.clock().instant());
    this.placing = new Placing(shelves, inspection, fresh, parts.links());
  }

  /** What the store works with; {@code keyLimit} is how many keys are held in memory. */
  record Parts(Barrier barrier, Alarm alarm, Clock clock, HardLinks links, int keyLimit) {}

  /**
   * Opens the store below {@code root}, creating what is missing, and lists it.
   *
   * @param barrier brings copies to disk before they count
   * @throws IOException where the directories cannot be used: the agent must not start
   */
  public static ContentStore open(Path root, Barrier barrier, Alarm alarm, Clock clock)
      throws IOException {
    return open(root, barrier, alarm, clock, FileSystems::link);
  }

  /** As above, on a file system that links in its own way. */
  public static ContentStore open(
      Path root, Barrier barrier, Alarm alarm, Clock clock, HardLinks links) throws IOException {
    return open(root, new Parts(barrier, alarm, clock, links, KeySet.DEFAULT_LIMIT));
  }

  static ContentStore open(Path root, Parts parts) throws IOException {
    StoreLayout layout = new StoreLayout(root.toAbsolutePath().resolve("store"));
    layout.prepare();
    layout.requireOneFileSystem();
    ContentStore store = new ContentStore(layout, parts, StampProbe.run(layout.fresh()));
    store.fresh.clear();
    store.quarantine.trim();
    store.list();
    return store;
  }

  private void list() throws IOException {
    boolean all = true;
    for (Path folder : layout.folders()) {
      String prefix = folder.getFileName().toString();
      try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
        for (Path name : names) {
          Optional<BlobKey> key = StoreLayout.key(prefix, name.getFileName().toString());
          all &= key.isEmpty() || keys.add(key.get());
        }
      }
    }
    if (!all) {
      LOG.warn(
          "The store holds more than fits into memory; what is beyond is asked for again. keys={} path={}",
          keys.size(),
          layout.directory());
    }
  }

  /** Whether the store has it, as far as is known without looking at the disk. */
  public boolean holds(BlobKey key) {
    return key.isOfNothing() || keys.contains(key);
  }

  /** Whether the file system keeps the nanoseconds of a stamp; else stamps say nothing. */
  public boolean keepsNanoseconds() {
    return nanoseconds;
  }

  /** How many contents are known. */
  public int size() {
    return keys.size();
  }

  /**
   * Puts the content at {@code file}, which does not exist, and whose directory does. False where
   * the store has no such content of this size, or no more: it is to be asked for.
   *
   * @throws FileAlreadyExistsException where {@code file} exists
   */
  public boolean place(BlobKey key, long size, Path file, Sharing sharing) throws IOException {
    return placing.place(key, size, file, sharing);
  }

  /**
   * Takes a file of a release into the store: it must be settled and on disk. What is here already
   * is left as it is. Copies, for {@code COPY} and where no link can be made, count only after
   * {@link #settle}. A failure leaves the release as it is; its content may be sent again one day.
   */
  public void keep(BlobKey key, Path file, Sharing sharing) throws IOException {
    if (key.isOfNothing()) {
      return;
    }
    if (sharing == Sharing.LINK && keptByLink(key, file)) {
      return;
    }
    if (!isHere(key)) {
      fresh.add(key, file);
    }
  }

  private boolean isHere(BlobKey key) {
    synchronized (locks.of(key)) {
      boolean here = Files.exists(layout.blob(key, 1), LinkOption.NOFOLLOW_LINKS);
      if (here) {
        keys.add(key);
      }
      return here;
    }
  }

  private boolean keptByLink(BlobKey key, Path file) throws IOException {
    Path blob = layout.blob(key, 1);
    synchronized (locks.of(key)) {
      try {
        layout.ensureFolder(key);
        parts.links().link(file, blob);
        keys.add(key);
        return true;
      } catch (LinuxException e) {
        if (e.is(Errno.EEXIST)) {
          keys.add(key);
          return true;
        }
        if (e.is(Errno.EMLINK) || e.is(Errno.EXDEV) || e.is(Errno.EPERM)) {
          return false;
        }
        throw Placing.failed(file, blob, e);
      }
    }
  }

  /** Brings the copies that {@link #keep} made to disk and makes them count. */
  public void settle() throws IOException {
    fresh.settle();
  }

  /**
   * Deletes the blobs that no release has a link to, that got their last name or lost one before
   * {@code unusedSince}, and that are not {@code named}: by an open session, or by a release whose
   * files are copies. Or only tells what that would give.
   */
  public Swept sweep(Instant unusedSince, Predicate<BlobKey> named, boolean dryRun)
      throws IOException {
    return sweep.run(new Sweep.Order(unusedSince, named, dryRun));
  }

  /**
   * Reads the next folder of 256 and compares it with its names; what is damaged goes into
   * quarantine. One thread. Returns what it read; {@link #scrubState} tells where it is.
   */
  public Scrubbed scrubNext(Pace pace) throws IOException, InterruptedException {
    Scrubbed done = scrub.folder(scrubState.next(), pace);
    int next = scrubState.next() + 1;
    scrubState =
        next < StoreLayout.FOLDERS
            ? new ScrubState(next, scrubState.completed())
            : new ScrubState(0, parts.clock().instant());
    scrubState.write(layout.scrubState());
    return done;
  }

  /** How far the scrub has come. */
  public ScrubState scrubState() {
    return scrubState;
  }

  /** Files in quarantine. */
  public int quarantined() throws IOException {
    return quarantine.size();
  }

  /** A copy that is on disk becomes the blob, where there is none. */
  private void appear(BlobKey key, Path copy) throws IOException {
    Path blob = layout.blob(key, 1);
    synchronized (locks.of(key)) {
      if (Files.exists(blob, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(copy);
      } else {
        layout.ensureFolder(key);
        Files.move(copy, blob);
      }
      keys.add(key);
    }
  }
}
