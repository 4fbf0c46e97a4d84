package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/** Children of this process, one by one: never all of them, because Java reaps its own. */
public final class Children {
  private static final int WNOHANG = 1;
  private static final int SIGKILL = 9;
  private static final int SIGCHLD = 17;
  private static final long SIG_DFL = 0;

  private static final CFunction WAITPID =
      CFunction.returningInt("waitpid", JAVA_INT, ADDRESS, JAVA_INT);
  private static final CFunction KILL = CFunction.returningInt("kill", JAVA_INT, JAVA_INT);
  private static final CFunction SIGNAL =
      CFunction.returning(JAVA_LONG, "signal", JAVA_INT, JAVA_LONG);

  private Children() {}

  /**
   * Sees to it that the exits of children are kept for {@link #reap}: with SIGCHLD ignored, as some
   * starters leave it, the kernel would throw them away.
   */
  public static void keepExits() throws LinuxException {
    SIGNAL.call(SIGCHLD, SIG_DFL);
  }

  /**
   * Reaps the child if it has ended, and returns its status as {@code wait(2)} encodes it; empty
   * while it runs. ECHILD where {@code pid} is no child, or not any more.
   */
  public static OptionalInt reap(int pid) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      return WAITPID.call(pid, status, WNOHANG) == 0
          ? OptionalInt.empty()
          : OptionalInt.of(status.get(JAVA_INT, 0));
    }
  }

  /** Kills a child and its group and waits for its end, which is immediate. */
  public static void killAndReap(int pid) throws LinuxException {
    signalGroup(pid, SIGKILL);
    WAITPID.call(pid, MemorySegment.NULL, 0);
  }

  /**
   * Signals the group that {@code leader} leads. By number: only while the leader lives or is an
   * unreaped child, so that the number cannot have passed to anybody else. ESRCH where the group is
   * empty.
   */
  public static void signalGroup(int leader, int signal) throws LinuxException {
    if (leader <= 1) {
      throw new IllegalArgumentException(leader + " leads no group of ours");
    }
    KILL.call(-leader, signal);
  }
}
