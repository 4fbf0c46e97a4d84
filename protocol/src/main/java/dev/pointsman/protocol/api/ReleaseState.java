package dev.pointsman.protocol.api;

/** The state of a release on this host. */
public enum ReleaseState {
  /** Received and sealed, never deployed with an outcome. */
  STAGED,
  /** What the workers run now. */
  ACTIVE,
  /** Ran successfully here before: a way back. */
  GOOD,
  /** Failed here. */
  BAD
}
