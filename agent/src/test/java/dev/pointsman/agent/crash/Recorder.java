package dev.pointsman.agent.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The effects on everything below one directory, in their order. Paths here are those of the real
 * file system. Any thread; an effect and its record are one step under this monitor.
 */
public final class Recorder {
  private final Path base;
  private final boolean syncing;
  private final List<Effect> log = new ArrayList<>();
  private final Disk disk = new Disk();
  private Faults faults = (_, _) -> {};
  private int inodes = 1;

  /** May make an effect fail before it happens. */
  public interface Faults {
    /** {@code call}: what is about to be done, named like the system call. */
    void before(String call, Path path) throws IOException;
  }

  /** {@code base} must be an empty directory. Syncs are believed and not carried out. */
  public Recorder(Path base) throws IOException {
    this(base, false);
  }

  /** {@code syncing}: whether syncs are carried out, too. */
  public Recorder(Path base, boolean syncing) throws IOException {
    this.base = base.toRealPath();
    this.syncing = syncing;
  }

  boolean isSyncing() {
    return syncing;
  }

  /** Where things happen, as a path whose every use is recorded. */
  public Path root() {
    return new RecordedFileSystem(this).wrap(base);
  }

  /** What happened so far. */
  public synchronized List<Effect> log() {
    return List.copyOf(log);
  }

  /** Has {@code next} decide on all effects from now on. */
  public synchronized void inject(Faults next) {
    faults = next;
  }

  /** Notes a promise. */
  public synchronized void mark(Object what) {
    log.add(new Effect.Marked(what));
  }

  /** A syncfs of the whole file system; instead of the real one, which would take its time. */
  public synchronized void syncAll() throws IOException {
    faults.before("syncfs", base);
    log.add(new Effect.AllSynced());
  }

  synchronized void before(String call, Path path) throws IOException {
    if (covers(path)) {
      faults.before(call, path);
    }
  }

  synchronized void created(Path path, Effect.Kind kind) throws IOException {
    if (covers(path)) {
      PosixFileAttributes is =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String target = kind == Effect.Kind.LINK ? Files.readSymbolicLink(path).toString() : "";
      Effect.Created created =
          new Effect.Created(parent(path), name(path), inodes++, kind, is.permissions(), target);
      disk.prepare(created);
      add(created);
    }
  }

  synchronized void linked(Path path, Path existing) throws IOException {
    if (covers(path)) {
      add(new Effect.Linked(parent(path), name(path), inode(existing)));
    }
  }

  synchronized void unlinked(Path path) throws IOException {
    if (covers(path)) {
      add(new Effect.Unlinked(parent(path), name(path), inode(path)));
    }
  }

  synchronized void renamed(Path from, Path to) throws IOException {
    if (covers(from) != covers(to)) {
      throw new IllegalStateException(from + " -> " + to + " leaves what is recorded");
    }
    if (covers(from)) {
      int inode = inode(from);
      add(new Effect.Renamed(parent(from), name(from), parent(to), name(to), inode));
    }
  }

  synchronized void written(int inode, long at, byte[] bytes) {
    add(new Effect.Written(inode, at, bytes));
  }

  synchronized void resized(int inode, long size) {
    add(new Effect.Resized(inode, size));
  }

  synchronized void attributes(Path path, Set<PosixFilePermission> mode, FileTime modified)
      throws IOException {
    if (covers(path)) {
      add(
          new Effect.Attributes(
              inode(path), Optional.ofNullable(mode), Optional.ofNullable(modified)));
    }
  }

  synchronized void synced(int inode, boolean directory) {
    log.add(directory ? new Effect.DirectorySynced(inode) : new Effect.FileSynced(inode));
  }

  boolean covers(Path path) {
    return path.toAbsolutePath().normalize().startsWith(base);
  }

  /** The number of what {@code path} names, itself; -1 where that is not below the base. */
  synchronized int inode(Path path) throws IOException {
    if (!covers(path)) {
      return -1;
    }
    if (path.toAbsolutePath().normalize().equals(base)) {
      return Disk.ROOT;
    }
    int inode = disk.lookup(parent(path), name(path));
    if (inode < 0) {
      throw new NoSuchFileException(path + " was made behind the recorder's back");
    }
    return inode;
  }

  private void add(Effect.Change change) {
    disk.apply(change);
    log.add(change);
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private int parent(Path path) throws IOException {
    Path real = path.toAbsolutePath().getParent().toRealPath();
    int inode = Disk.ROOT;
    for (Path step : base.relativize(real)) {
      if (!step.toString().isEmpty()) {
        inode = disk.lookup(inode, step.toString());
      }
    }
    return inode;
  }
}
