package dev.pointsman.agent.deployment;

import dev.pointsman.agent.journal.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An app's journal with the state that it amounts to. Any thread may append; a record is on disk
 * before it is part of the state.
 */
public final class AppLedger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AppLedger.class);

  /** A journal with this many records is worth a look at how many still matter. */
  static final int WORTH_COMPACTING = 2_000;

  private final Journal<AppEntry> journal;
  private volatile AppState state;
  private volatile Instant latest;

  private AppLedger(Journal<AppEntry> journal, AppState state, Instant latest) {
    this.journal = journal;
    this.state = state;
    this.latest = latest;
  }

  /** Opens or makes the journal in {@code file}, and compacts it where that is worth it. */
  public static AppLedger open(Path file) throws IOException {
    Journal<AppEntry> journal = Journal.open(file, AppEntry.class);
    try {
      List<AppEntry> entries = journal.replayed();
      refuseLaterFormat(file, entries);
      AppLedger ledger = new AppLedger(journal, AppState.replay(entries), latest(entries));
      if (entries.size() >= WORTH_COMPACTING) {
        compact(journal, file, entries);
      }
      return ledger;
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static void refuseLaterFormat(Path file, List<AppEntry> entries) throws IOException {
    for (AppEntry entry : entries) {
      if (entry instanceof AppEntry.Opened opened && opened.format() > AppEntry.Opened.FORMAT) {
        throw new IOException(
            file
                + " was written by a later version of pointsman (format "
                + opened.format()
                + ", this one knows "
                + AppEntry.Opened.FORMAT
                + "): start that version again.");
      }
    }
  }

  /** A journal that cannot be made shorter, for want of room perhaps, serves as it is. */
  private static void compact(Journal<AppEntry> journal, Path file, List<AppEntry> entries)
      throws IOException {
    List<AppEntry> condensed = Compaction.condense(entries);
    if (condensed.size() >= entries.size() / 2) {
      return;
    }
    try {
      journal.rewrite(condensed);
    } catch (IOException e) {
      if (journal.isBroken()) {
        throw e;
      }
      LOG.warn("A journal could not be compacted. file={}: {}", file, e.getMessage());
    }
  }

  /** What the journal says; any thread. */
  public AppState state() {
    return state;
  }

  /**
   * The latest time that the journal has seen; a clock that is before it goes wrong. An operator
   * who resets the sequence vouches for the clock as well, so that one wrong time in the future is
   * not for ever.
   */
  public Instant latest() {
    return latest;
  }

  private static Instant latest(List<AppEntry> entries) {
    Instant latest = Instant.EPOCH;
    for (AppEntry entry : entries) {
      latest = later(latest, entry);
    }
    return latest;
  }

  private static Instant later(Instant latest, AppEntry entry) {
    boolean counts = entry instanceof AppEntry.SequenceReset || entry.at().isAfter(latest);
    return counts ? entry.at() : latest;
  }

  /** Writes {@code entry} down, and returns when it is on disk. */
  public synchronized void append(AppEntry entry) throws IOException {
    AppState next = state.after(entry); // A bug must not reach the disk.
    journal.append(entry);
    state = next;
    latest = later(latest, entry);
  }

  /** Whether nothing more can be promised, because a write failed. */
  public boolean isReadonly() {
    return journal.isBroken();
  }

  @Override
  public synchronized void close() throws IOException {
    journal.close();
  }
}
