package dev.pointsman.agent.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Strong entity tags: the bytes' digest. */
final class Etag {
  private Etag() {}

  static String of(byte[] body) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether an {@code If-None-Match} names {@code tag}; compared weakly, as RFC 9110 13.1.2. */
  static boolean matches(String ifNoneMatch, String tag) {
    return Arrays.stream(ifNoneMatch.split(",", -1))
        .map(String::strip)
        .map(known -> known.startsWith("W/") ? known.substring(2) : known)
        .anyMatch(known -> known.equals("*") || known.equals(tag));
  }
}
