package dev.pointsman.agent.sorry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * As much of a request's head as matters to somebody who refuses it: whether it is HTTP/1, whether
 * the answer may have a body, and where it ends. Keeps a few bytes of it, whatever its size.
 */
final class RequestHead {
  /** Longest head that is waited for; a longer one is answered before its end. */
  static final int LONGEST = 32 << 10;

  private static final byte[] HEAD = "HEAD ".getBytes(StandardCharsets.US_ASCII);

  /** What HTTP/2 without TLS begins with; an answer of HTTP/1 would be an error there. */
  private static final byte[] HTTP2 = "PRI * ".getBytes(StandardCharsets.US_ASCII);

  private final byte[] first = new byte[6];
  private int size;
  private int lineBreaks;

  /** What is known so far. */
  enum Verdict {
    /** More has to come. */
    UNFINISHED,
    /** It can be answered. */
    COMPLETE,
    /** This is something else: TLS, HTTP/2, or no protocol of ours. */
    FOREIGN
  }

  /** Takes what is left in {@code bytes}. */
  Verdict take(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (size < first.length) {
        first[size] = next;
      }
      size++;
      if (next == '\n') {
        lineBreaks++;
      } else if (next != '\r') {
        lineBreaks = 0;
      }
      if (isForeign()) {
        return Verdict.FOREIGN;
      }
      if (lineBreaks == 2 || size >= LONGEST) {
        return Verdict.COMPLETE;
      }
    }
    return Verdict.UNFINISHED;
  }

  /** Whether anything has come. */
  boolean hasBegun() {
    return size > 0;
  }

  /** Whether the answer must not have a body. */
  boolean wantsNoBody() {
    return startsWith(HEAD);
  }

  /** A method is of capital letters; TLS begins with 0x16. */
  private boolean isForeign() {
    boolean letter = first[0] >= 'A' && first[0] <= 'Z';
    return !letter || startsWith(HTTP2);
  }

  private boolean startsWith(byte[] prefix) {
    if (size < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (first[i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
