package dev.pointsman.agent.store;

/** Hears of content that is not what its name says. Called once for each file, on any thread. */
public interface Alarm {
  /** {@code what} is a sentence for the operator. */
  void damaged(BlobKey key, String what);
}
