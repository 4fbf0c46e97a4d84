package dev.pointsman.agent.worker;

/**
 * Whose turn it is to replace workers: a deployment comes first. A renewal that is under way when
 * one claims the slots gives up, and none begins until it has released them.
 */
final class Claims {
  private final Runnable onClaim;
  private volatile int claims;
  private boolean renewing;

  /** {@code onClaim}: has whoever waits for a renewal's worker look again. */
  Claims(Runnable onClaim) {
    this.onClaim = onClaim;
  }

  /** Blocks until no renewal is under way; then {@link #release}. */
  void claim() throws InterruptedException {
    count(1);
    onClaim.run(); // Not under the lock: who waits there asks whether anything is claimed.
    try {
      awaitNoRenewal();
    } catch (InterruptedException e) {
      count(-1);
      throw e;
    }
  }

  void release() {
    count(-1);
  }

  private synchronized void count(int by) {
    claims += by;
  }

  private synchronized void awaitNoRenewal() throws InterruptedException {
    while (renewing) {
      wait();
    }
  }

  /** Whether a deployment is replacing a slot, or about to. */
  boolean isClaimed() {
    return claims > 0;
  }

  /** Whether a renewal may begin, and has; then {@link #endRenewal}. */
  synchronized boolean beginRenewal() {
    if (claims > 0 || renewing) {
      return false;
    }
    renewing = true;
    return true;
  }

  synchronized void endRenewal() {
    renewing = false;
    notifyAll();
  }
}
