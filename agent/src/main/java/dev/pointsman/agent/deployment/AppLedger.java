package dev.pointsman.agent.deployment;

import dev.pointsman.agent.journal.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An app's journal with the state that it amounts to. Any thread may append; a record is on disk
 * before it is part of the state.
 */
public final class AppLedger implements AutoCloseable {
  /** A journal with this many records is worth a look at how many still matter. */
  private static final int WORTH_COMPACTING = 2_000;

  private final Journal<AppEntry> journal;
  private volatile AppState state;

  private AppLedger(Journal<AppEntry> journal, AppState state) {
    this.journal = journal;
    this.state = state;
  }

  /** Opens or makes the journal in {@code file}, and compacts it where that is worth it. */
  public static AppLedger open(Path file) throws IOException {
    Journal<AppEntry> journal = Journal.open(file, AppEntry.class);
    try {
      List<AppEntry> entries = journal.replayed();
      AppLedger ledger = new AppLedger(journal, AppState.replay(entries));
      if (entries.size() >= WORTH_COMPACTING) {
        List<AppEntry> condensed = Compaction.condense(entries);
        if (condensed.size() < entries.size() / 2) {
          journal.rewrite(condensed);
        }
      }
      return ledger;
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /** What the journal says; any thread. */
  public AppState state() {
    return state;
  }

  /** Writes {@code entry} down, and returns when it is on disk. */
  public synchronized void append(AppEntry entry) throws IOException {
    AppState next = state.after(entry); // A bug must not reach the disk.
    journal.append(entry);
    state = next;
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
