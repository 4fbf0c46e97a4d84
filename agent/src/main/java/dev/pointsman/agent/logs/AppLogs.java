package dev.pointsman.agent.logs;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * The logs of an app: makes one for each process, keeps them within their bounds while it runs, and
 * forgets the oldest. Any thread; whatever goes wrong with a log costs lines, and is told, but is
 * nobody's failure.
 */
public final class AppLogs implements AutoCloseable {
  /** What a process writes to where no file can be made for it. */
  public static final Path NOWHERE = Path.of("/dev/null");

  /** No more is told of the end of a log. */
  static final int TAIL_BYTES = 64 << 10;

  static final Duration SLOWEST = Duration.ofSeconds(1);
  private static final Duration FASTEST = Duration.ofMillis(50);
  private static final Duration SWEEP = Duration.ofHours(1);
  private static final Duration UNUSED = Duration.ofDays(30);

  private final Path directory;
  private final LogConfig bounds;
  private final InstantSource clock;
  private final LogLosses losses = new LogLosses();
  private final Map<LogName, Live> living = new TreeMap<>();
  private final Thread thread;
  private final Queue<String> ended = new ConcurrentLinkedQueue<>();
  private Instant nextSweep = Instant.MIN;

  private record Live(LiveLog log, LogIndex index) {}

  private AppLogs(String app, Path directory, LogConfig bounds, InstantSource clock) {
    this.directory = directory;
    this.bounds = bounds;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("logs-" + app).unstarted(this::run);
  }

  /** The logs of {@code app} in {@code directory}, which may not be there yet. */
  public static AppLogs of(String app, Path directory, LogConfig bounds, InstantSource clock) {
    return new AppLogs(app, directory, bounds, clock);
  }

  /** Begins to look after them: once the processes that go on were told. */
  public void start() {
    thread.start();
  }

  /** Where a new process is to write to: {@link #NOWHERE} where there cannot be a file. */
  public synchronized Path begin(int slot, String process, String release, String generation) {
    LogName name = new LogName(slot, process);
    Path file = name.file(directory);
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
      forgetOld(slot, 1);
      LogFiles.make(file);
    } catch (IOException e) {
      losses.failed("no log could be made for a process of slot " + slot, e);
      return NOWHERE;
    }
    try {
      LogIndex index = LogIndex.begin(name.index(directory), release, generation, clock.instant());
      living.put(name, new Live(LiveLog.open(file, bounds, losses), index));
      point(slot, file);
    } catch (IOException e) {
      losses.failed("what is known of " + file + " could not be noted", e);
    }
    return file;
  }

  /** {@code SLOT.log} is the log of the slot's newest process, for people. */
  private void point(int slot, Path file) throws IOException {
    Path fresh = directory.resolve(slot + ".log" + LogPart.NEW);
    Files.deleteIfExists(fresh);
    Files.createSymbolicLink(fresh, file.getFileName());
    LogFiles.rename(fresh, directory.resolve(slot + ".log"));
  }

  /** Goes on with the log of a process that an earlier agent had started. */
  public synchronized void adopt(int slot, String process) {
    LogName name = new LogName(slot, process);
    Path file = name.file(directory);
    if (!Files.exists(file)) {
      return; // It writes nowhere.
    }
    try {
      LogIndex index = LogIndex.read(name.index(directory));
      living.put(name, new Live(LiveLog.open(file, bounds, losses), index));
    } catch (IOException e) {
      losses.failed(file + " cannot be looked after", e);
    }
  }

  /** The process has ended: nothing more comes. Does not block. */
  public void ended(String process) {
    ended.add(process);
  }

  /**
   * The last {@code lines} lines of a process, oldest first; fewer where they are long: what is
   * kept of a process that has ended must be small.
   */
  public synchronized List<String> tail(int slot, String process, int lines) {
    LogName name = new LogName(slot, process);
    try {
      return read(name, text -> text.last(lines, TAIL_BYTES)).stream()
          .map(LogText.Line::words)
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      return List.of("(" + name.file(directory) + " cannot be read: " + e.getMessage() + ")");
    }
  }

  /** What is to be told to people. */
  public List<String> notices() {
    return losses.notices();
  }

  /** A process says that so many of its writes were refused, for the disk is full. */
  public void refused(int slot, long writes) {
    losses.refused(slot, writes);
  }

  /** Writes of processes that were refused. */
  public long refusedWrites() {
    return losses.refusedWrites();
  }

  /** How often something could not be done. */
  public long failures() {
    return losses.failures();
  }

  /** Bytes that were to be kept and could not be. */
  public long lostBytes() {
    return losses.bytes();
  }

  /** The logs that are there, oldest process first. */
  synchronized List<LogName> names() throws IOException {
    TreeSet<LogName> names = new TreeSet<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        files.forEach(file -> LogName.of(file).ifPresent(names::add));
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return List.copyOf(names);
  }

  /** Reads from what a process wrote. */
  @FunctionalInterface
  interface Reading<T> {
    T from(LogText text) throws IOException;
  }

  /** Reads what a process wrote, as far as it is still there, while nobody bounds it. */
  synchronized <T> T read(LogName name, Reading<T> reading) throws IOException {
    Live live = living.get(name);
    LiveLog log = live == null ? LiveLog.open(name.file(directory), bounds, losses) : live.log();
    return reading.from(LogText.of(log));
  }

  /** Whose lines a log holds, and when they were written. */
  synchronized LogIndex index(LogName name) throws IOException {
    Live live = living.get(name);
    return live == null ? LogIndex.read(name.index(directory)) : live.index();
  }

  synchronized boolean isLiving(LogName name) {
    return living.containsKey(name);
  }

  private void run() {
    try {
      Duration pause = SLOWEST;
      while (true) {
        Thread.sleep(pause);
        pause = lookSafely();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** A log costs lines at worst, never the agent. */
  private Duration lookSafely() {
    try {
      return look();
    } catch (RuntimeException e) {
      losses.failed("the logs in " + directory, new IOException(e.toString(), e));
      return SLOWEST;
    }
  }

  /** Bounds every log once; returns how long the next look can wait. */
  synchronized Duration look() {
    Duration pause = SLOWEST;
    List<String> over = drained();
    boolean well = sweep();
    for (Live live : living.values()) {
      Optional<Duration> soonest = look(live);
      well &= soonest.isPresent();
      pause = soonest.isPresent() && soonest.get().compareTo(pause) < 0 ? soonest.get() : pause;
    }
    living.keySet().removeIf(name -> over.contains(name.process())); // Seen for the last time.
    if (well) {
      losses.allWell();
    }
    return pause;
  }

  private List<String> drained() {
    List<String> over = new ArrayList<>();
    for (String process = ended.poll(); process != null; process = ended.poll()) {
      over.add(process);
    }
    return over;
  }

  private Optional<Duration> look(Live live) {
    try {
      long end = live.log().end();
      long grown = end - live.index().reached();
      if (grown <= 0 && live.log().isBounded()) {
        return Optional.of(SLOWEST); // The usual case: it costs one look at the file's size.
      }
      live.index().mark(clock.instant(), end);
      if (live.log().bound()) {
        LogName.of(live.log().file()).ifPresent(name -> forgetOldQuietly(name.slot()));
        return Optional.of(FASTEST);
      }
      // What grows fast is looked at again before it can have doubled what is left to the bound.
      return Optional.of(grown * 4 > bounds.maxBytes() ? FASTEST : SLOWEST);
    } catch (IOException e) {
      losses.failed(live.log().file().toString(), e);
      return Optional.empty();
    }
  }

  /** Now and then: the logs of slots that have had no process for long go. */
  private boolean sweep() {
    Instant now = clock.instant();
    if (now.isBefore(nextSweep)) {
      return true;
    }
    nextSweep = now.plus(SWEEP);
    try {
      Set<Integer> used = living.keySet().stream().map(LogName::slot).collect(Collectors.toSet());
      LogRetention retention = new LogRetention(directory, bounds, living::containsKey);
      for (LogName name : names()) {
        if (!used.contains(name.slot())) {
          retention.removeUnlessWritten(name, now.minus(UNUSED));
        }
      }
      return true;
    } catch (IOException e) {
      losses.failed("old logs in " + directory + " could not be removed", e);
      return false;
    }
  }

  private void forgetOldQuietly(int slot) {
    try {
      forgetOld(slot, 0);
    } catch (IOException e) {
      losses.failed("old logs of slot " + slot + " could not be removed", e);
    }
  }

  /** Removes what is oldest until the slot is within its bounds, with {@code more} to come. */
  private void forgetOld(int slot, int more) throws IOException {
    List<LogName> ofSlot =
        new ArrayList<>(names().stream().filter(name -> name.slot() == slot).toList());
    new LogRetention(directory, bounds, living::containsKey).apply(ofSlot, more);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
