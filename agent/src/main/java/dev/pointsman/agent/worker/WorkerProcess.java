package dev.pointsman.agent.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One running process of a worker, as its supervisor handles it. Orders do not block, and do
 * nothing once the process has ended.
 */
interface WorkerProcess {
  /** Which one it is. */
  Incarnation incarnation();

  /** Its number, for people; 0 where unknown. */
  int pid();

  /** Order it to accept public connections; repeated until it is confirmed. */
  void accept();

  /** Order it to drain. */
  void drain();

  /** Send it the stop signal. */
  void terminate();

  /** SIGKILL to it and to everything it started. */
  void kill();

  /** What it last said of itself. */
  Counters counters();

  /** Resident memory now, in bytes; 0 where unknown. */
  default long residentBytes() {
    return counters().rssBytes();
  }

  /** What it says of itself, one line for people; null for nothing. */
  default @Nullable String said() {
    return null;
  }

  /** The last probe answers, oldest first. */
  List<String> probes();

  /** The last lines it wrote, oldest first. */
  List<String> lastLines();

  /** Forget it: its private directory, connections and threads. The process has ended. */
  void dispose();

  /** Let go of it: connections and threads of ours. The process goes on. */
  void abandon();

  /**
   * What a worker counts.
   *
   * @param requests answered so far
   * @param rssBytes 0 where unknown
   * @param fault what its preload complains of
   */
  record Counters(
      long requests,
      int inflight,
      int connections,
      int cut,
      long rssBytes,
      @Nullable String fault) {
    static final Counters NONE = new Counters(0, 0, 0, 0, 0, null);
  }
}
