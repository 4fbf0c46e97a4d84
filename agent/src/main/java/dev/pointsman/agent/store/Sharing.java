package dev.pointsman.agent.store;

/** How a release gets content that the store has. */
public enum Sharing {
  /** A hard link: nothing is written, and the app must not be able to write either. */
  LINK,

  /**
   * A copy, which shares blocks where the file system can: for an app whose workers run as the
   * agent's own user or as root, and could write to a linked file and so to every release.
   */
  COPY
}
