package dev.pointsman.packaging;

/** Something with a process of its own, which must not outlive the test. */
interface Started {
  /** Ends it, by pid; returns when it has ended. */
  void end() throws Exception;
}
