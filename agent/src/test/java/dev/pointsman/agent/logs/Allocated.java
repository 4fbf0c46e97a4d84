package dev.pointsman.agent.logs;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much this thread has taken of the heap since. */
final class Allocated {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long before = THREADS.getCurrentThreadAllocatedBytes();

  long bytes() {
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
