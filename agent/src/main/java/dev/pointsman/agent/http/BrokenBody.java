package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import java.io.IOException;

/** A body that did not come as it should have: too slow, cut off, or unwanted by now. */
final class BrokenBody extends IOException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  BrokenBody(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  ErrorCode code() {
    return code;
  }
}
