// Keeps a lane of traffic to its rate.

/** Sleeps; wakes early, with false, when `signal` aborts. */
export function sleep(ms, signal) {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const wake = (value) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(value);
    };
    const onAbort = () => wake(false);
    const timer = setTimeout(() => wake(true), ms);
    signal.addEventListener('abort', onAbort);
  });
}

/**
 * Intended times of start, `intervalMs` apart. A lane that falls behind catches up at once and its latencies count
 * from the intended time, so a server that stalls cannot hide it by being asked less; what it is behind by more
 * than a second is dropped, so that a long outage does not end in a burst.
 */
export class Pace {
  constructor(intervalMs, clock = () => performance.now()) {
    this.intervalMs = intervalMs;
    this.clock = clock;
    this.next = clock() + Math.random() * intervalMs;
  }

  /** Waits for the next start; its intended time, or null when `signal` aborted first. */
  async start(signal) {
    const now = this.clock();
    this.next = Math.max(this.next, now - 1_000);
    const intended = this.next;
    this.next += this.intervalMs;
    if (intended > now && !(await sleep(intended - now, signal))) return null;
    return signal.aborted ? null : intended;
  }
}
