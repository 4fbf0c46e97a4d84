package dev.pointsman.agent.cli;

import dev.pointsman.protocol.api.DeploymentState;

/** What scripts can rely on; docs/command-line.md has the list. From 64 on as in sysexits(3). */
final class ExitCode {
  static final int SUCCESSFUL = 0;
  static final int FAILED = 1;
  static final int REVERTED = 2;
  static final int TIMED_OUT = 3;
  static final int REFUSED = 4;
  static final int USAGE = 64;
  static final int UNREACHABLE = 69;
  static final int BUG = 70;
  static final int IO = 74;
  static final int CONFIG = 78;
  static final int INTERRUPTED = 130;

  private ExitCode() {}

  /** How a watched deployment ended, or that it had not. */
  static int of(DeploymentState state) {
    return switch (state) {
      case SUCCESSFUL -> SUCCESSFUL;
      case REVERTED -> REVERTED;
      case FAILED, STUCK, CANCELLED -> FAILED;
      case PENDING, RUNNING, REVERTING -> TIMED_OUT;
    };
  }
}
