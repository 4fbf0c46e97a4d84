package dev.pointsman.protocol.api;

/** Who has to act on an error. */
public enum ErrorClass {
  /** The caller asked for something that cannot be: change the request. */
  REQUEST,
  /**
   * What was sent is not what a trusted key signed for here: look at the pipeline, or at an
   * attacker.
   */
  INTEGRITY,
  /** This host is short of something or misconfigured: the operator. */
  HOST,
  /** The release's own code: its developers. */
  WORKER,
  /** A bug in pointsman. */
  INTERNAL
}
