package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import java.io.IOException;

/** A body that did not come as it should have: too slow, cut off, or unwanted by now. */
final class BrokenBody extends IOException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String detail;

  BrokenBody(ErrorCode code, String detail) {
    super(detail);
    this.code = code;
    this.detail = detail;
  }

  String detail() {
    return detail;
  }

  ErrorCode code() {
    return code;
  }
}
