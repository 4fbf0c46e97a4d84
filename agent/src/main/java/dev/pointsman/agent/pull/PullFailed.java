package dev.pointsman.agent.pull;

import dev.pointsman.protocol.api.ErrorCode;
import java.io.IOException;

/** Why a pull is given up. */
final class PullFailed extends IOException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean passing;

  /** {@code passing}: whether the same may go well a little later. */
  PullFailed(ErrorCode code, String detail, boolean passing) {
    super(detail);
    this.code = code;
    this.passing = passing;
  }

  ErrorCode code() {
    return code;
  }

  boolean isPassing() {
    return passing;
  }
}
