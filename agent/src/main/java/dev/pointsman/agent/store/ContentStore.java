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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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

  /** Where nothing says which second it is: content of no bytes is the same in all releases. */
  private static final Instant SECOND_OF_NOTHING = Instant.parse("2000-01-01T00:00:00Z");

  /** The first copy and its spills; at 65,000 links each no host needs as many. */
  private static final int MAX_COPIES = 64;

  private final StoreLayout layout;
  private final KeySet keys;
  private final Fitness fitness;
  private final Quarantine quarantine;
  private final FreshCopies fresh;
  private final boolean nanoseconds;
  private final Parts parts;
  private final Object[] locks = new Object[StoreLayout.FOLDERS];

  private ContentStore(StoreLayout layout, Parts parts, boolean nanoseconds) throws IOException {
    this.layout = layout;
    this.parts = parts;
    this.nanoseconds = nanoseconds;
    this.keys = new KeySet(parts.keyLimit());
    this.fitness = new Fitness(Users.effectiveUid(), nanoseconds);
    this.quarantine = new Quarantine(layout.quarantine(), parts.clock());
    this.fresh = new FreshCopies(layout, parts.barrier(), this::appear);
    for (int i = 0; i < locks.length; i++) {
      locks[i] = new Object();
    }
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
    return open(root, new Parts(barrier, alarm, clock, FileSystems::link, KeySet.DEFAULT_LIMIT));
  }

  static ContentStore open(Path root, Parts parts) throws IOException {
    StoreLayout layout = new StoreLayout(root.toAbsolutePath().resolve("store"));
    layout.prepare();
    ContentStore store = new ContentStore(layout, parts, StampProbe.run(layout.fresh()));
    store.fresh.clear();
    store.quarantine.trim();
    store.list();
    return store;
  }

  private void list() throws IOException {
    boolean all = true;
    for (int number = 0; number < StoreLayout.FOLDERS; number++) {
      Path folder = layout.folder(number);
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
    if (key.isOfNothing()) {
      return placeNothing(key, size, file);
    }
    if (sharing == Sharing.COPY) {
      return placeCopy(key, size, file);
    }
    synchronized (lock(key)) {
      return placeLink(key, size, file);
    }
  }

  private static boolean placeNothing(BlobKey key, long size, Path file) throws IOException {
    if (size != 0) {
      return false;
    }
    BlobFile.createEmpty(file, key.executable(), stamp(SECOND_OF_NOTHING, key));
    return true;
  }

  /** Links to the first copy that can take another link, or to a new one. */
  private boolean placeLink(BlobKey key, long size, Path file) throws IOException {
    @Nullable Path full = null;
    for (int number = 1; number <= MAX_COPIES; number++) {
      Path blob = layout.blob(key, number);
      Optional<BlobStat> stat = BlobStat.of(blob);
      if (stat.isEmpty() && full != null) {
        spill(key, full, blob);
        return linked(key, blob, file);
      }
      if (stat.isEmpty() && number > 1) {
        break;
      }
      if (stat.isEmpty() || !isFit(key, size, blob, stat.get())) {
        continue;
      }
      if (linked(key, blob, file)) {
        return true;
      }
      full = blob;
    }
    if (full != null) {
      throw new IOException("all copies of " + key + " in the store have all links they can have");
    }
    forget(key);
    return false;
  }

  /** False where {@code blob} has all links it can have. */
  private boolean linked(BlobKey key, Path blob, Path file) throws IOException {
    try {
      parts.links().link(blob, file);
      return true;
    } catch (LinuxException e) {
      if (e.is(Errno.EMLINK)) {
        return false;
      }
      if (e.is(Errno.EXDEV) || e.is(Errno.EPERM)) {
        BlobFile.copy(blob, file, key.executable(), Files.getLastModifiedTime(blob));
        return true;
      }
      throw failed("link", blob, file, e);
    }
  }

  /** Looks under the lock and copies without: what is open stays whole, whoever removes it. */
  private boolean placeCopy(BlobKey key, long size, Path file) throws IOException {
    Path blob = layout.blob(key, 1);
    BlobStat stat;
    synchronized (lock(key)) {
      Optional<BlobStat> found = BlobStat.of(blob);
      if (found.isEmpty() || !isFit(key, size, blob, found.get())) {
        forget(key);
        return false;
      }
      stat = found.get();
    }
    try {
      BlobFile.copy(blob, file, key.executable(), stamp(stat.modified().toInstant(), key));
      return true;
    } catch (NoSuchFileException e) {
      if (Files.exists(blob, LinkOption.NOFOLLOW_LINKS)) {
        throw e; // The directory of the copy is what is missing.
      }
      return false;
    }
  }

  private boolean isFit(BlobKey key, long size, Path blob, BlobStat stat) throws IOException {
    return switch (fitness.look(key, size, blob, stat)) {
      case Fitness.Verdict.Fit _ -> true;
      case Fitness.Verdict.OtherSize _ -> false;
      case Fitness.Verdict.Unfit(String why) -> {
        Path held = quarantine.take(blob, key);
        String what = "The blob " + key + " " + why + "; it was moved to " + held + ".";
        LOG.error("Content in the store is damaged. {}", what);
        parts.alarm().damaged(key, what);
        yield false;
      }
    };
  }

  /** Another inode with the same content; on disk before anything relies on it. */
  private void spill(BlobKey key, Path from, Path spill) throws IOException {
    Path copy = fresh.copyNow(key, from, Files.getLastModifiedTime(from));
    Files.move(copy, spill);
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
      keys.add(key);
      return;
    }
    if (Files.exists(layout.blob(key, 1), LinkOption.NOFOLLOW_LINKS)) {
      keys.add(key);
      return;
    }
    fresh.add(key, file);
  }

  private boolean keptByLink(BlobKey key, Path file) throws IOException {
    Path blob = layout.blob(key, 1);
    synchronized (lock(key)) {
      try {
        parts.links().link(file, blob);
        return true;
      } catch (LinuxException e) {
        if (e.is(Errno.EEXIST)) {
          return true;
        }
        if (e.is(Errno.EMLINK) || e.is(Errno.EXDEV) || e.is(Errno.EPERM)) {
          return false;
        }
        throw failed("link", file, blob, e);
      }
    }
  }

  /** Brings the copies that {@link #keep} made to disk and makes them count. */
  public void settle() throws IOException {
    fresh.settle();
  }

  /** A copy that is on disk becomes the blob, where there is none. */
  private void appear(BlobKey key, Path copy) throws IOException {
    Path blob = layout.blob(key, 1);
    synchronized (lock(key)) {
      if (Files.exists(blob, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(copy);
      } else {
        Files.move(copy, blob);
      }
      keys.add(key);
    }
  }

  private void forget(BlobKey key) throws IOException {
    if (!Files.exists(layout.blob(key, 1), LinkOption.NOFOLLOW_LINKS)) {
      keys.remove(key);
    }
  }

  private Object lock(BlobKey key) {
    return locks[key.shard()];
  }

  private static FileTime stamp(Instant second, BlobKey key) {
    return Stamp.of(second, key.sha256());
  }

  private static IOException failed(String what, Path from, Path to, LinuxException cause)
      throws FileAlreadyExistsException {
    if (cause.is(Errno.EEXIST)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    return new IOException(
        "cannot " + what + " " + from + " to " + to + ": " + cause.getMessage(), cause);
  }
}
