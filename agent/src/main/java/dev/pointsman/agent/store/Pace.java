package dev.pointsman.agent.store;

/** Slows reading down. */
public interface Pace {
  /** So many bytes were read; returns when more may be. */
  void after(int bytes) throws InterruptedException;
}
