package dev.pointsman.protocol.api;

import org.jspecify.annotations.Nullable;

/**
 * RFC 9457 {@code application/problem+json}.
 *
 * @param type {@code urn:pointsman:problem:CODE}
 * @param entry the path, key or member that is to blame
 * @param remedy what to do next
 */
public record ProblemResource(
    String type,
    String title,
    int status,
    String code,
    String detail,
    @Nullable String entry,
    boolean retryable,
    String remedy) {

  /** The problem that {@code rejected} becomes. */
  public static ProblemResource of(Rejected rejected) {
    return of(rejected.code(), rejected.detail(), rejected.entry());
  }

  /** A problem with this code. */
  public static ProblemResource of(ErrorCode code, String detail, @Nullable String entry) {
    return new ProblemResource(
        "urn:pointsman:problem:" + code.wire(),
        code.wire(),
        code.status(),
        code.wire(),
        detail,
        entry,
        code.retryable(),
        code.remedy());
  }
}
