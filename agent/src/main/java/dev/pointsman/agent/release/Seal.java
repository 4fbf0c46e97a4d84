package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What says that a release's evidence is complete; written last. Text, one fact per line; the last
 * line is the digest of all above it, so that half a seal is none.
 *
 * @param manifest SHA-256 of release.json
 * @param list SHA-256 of files.lst
 * @param files regular files
 * @param bytes of all files
 * @param signers principals whose signatures were counted
 */
record Seal(
    String manifest, String list, int files, long bytes, Instant stagedAt, List<String> signers) {
  private static final String FIRST = "pointsman-seal 1";

  Seal {
    signers = List.copyOf(signers);
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder();
    text.append(FIRST).append('\n');
    text.append("manifest ").append(manifest).append('\n');
    text.append("list ").append(list).append('\n');
    text.append("files ").append(files).append('\n');
    text.append("bytes ").append(bytes).append('\n');
    text.append("staged-at ").append(stagedAt).append('\n');
    for (String signer : signers) {
      text.append("signer ").append(signer).append('\n');
    }
    byte[] above = text.toString().getBytes(StandardCharsets.UTF_8);
    text.append("sha256 ").append(Sha256.of(above)).append('\n');
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The seal in {@code bytes}; {@code where} is for the error's message. */
  static Seal decode(byte[] bytes, String where) throws IOException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int last = text.lastIndexOf("sha256 ");
    String above = text.substring(0, Math.max(last, 0));
    String digest = Sha256.of(above.getBytes(StandardCharsets.UTF_8));
    if (!text.equals(above + "sha256 " + digest + "\n")) {
      throw new IOException(where + " is not a complete seal");
    }
    try {
      return parse(above.lines().toList());
    } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException e) {
      throw new IOException(where + " is not a seal that this version knows", e);
    }
  }

  private static Seal parse(List<String> lines) {
    if (!lines.getFirst().equals(FIRST)) {
      throw new IllegalArgumentException(lines.getFirst());
    }
    List<String> signers = new ArrayList<>();
    for (int i = 6; i < lines.size(); i++) {
      signers.add(value(lines, i, "signer "));
    }
    return new Seal(
        value(lines, 1, "manifest "),
        value(lines, 2, "list "),
        Integer.parseInt(value(lines, 3, "files ")),
        Long.parseLong(value(lines, 4, "bytes ")),
        Instant.parse(value(lines, 5, "staged-at ")),
        signers);
  }

  private static String value(List<String> lines, int index, String key) {
    if (!lines.get(index).startsWith(key)) {
      throw new IllegalArgumentException(lines.get(index));
    }
    return lines.get(index).substring(key.length());
  }
}
