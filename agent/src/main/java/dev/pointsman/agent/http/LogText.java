package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.LogLineResource;
import java.time.temporal.ChronoUnit;

/** A line of a worker's log, as people read it. */
public final class LogText {
  private LogText() {}

  /** {@code TIME SLOT|RELEASE LINE}; the slot is left out where only one was asked for. */
  public static String of(LogLineResource line, boolean oneSlot) {
    return line.at().truncatedTo(ChronoUnit.SECONDS)
        + " "
        + (oneSlot ? "" : line.slot() + "|")
        + (line.release().isEmpty() ? "-" : line.release())
        + " "
        + TextTable.printable(line.line());
  }
}
