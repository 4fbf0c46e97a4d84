package dev.pointsman.agent.push;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** The blocks of a pack that are not content: ustar headers, with a pax header for a long path. */
final class PackHeader {
  private static final int BLOCK = 512;
  private static final int NAME = 100;

  private PackHeader() {}

  /** What stands before the content of a file. */
  static byte[] file(String path, long size) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    entry(out, "./" + path, "", '0', size);
    return out.toByteArray();
  }

  /** What stands after the content: padding, and a hard link for every path but the first. */
  static byte[] afterContent(long size, List<String> paths) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pad(out, size);
    for (String path : paths.subList(1, paths.size())) {
      entry(out, "./" + path, "./" + paths.getFirst(), '1', 0);
    }
    return out.toByteArray();
  }

  /** The end of the archive. */
  static byte[] end() {
    return new byte[2 * BLOCK];
  }

  private static void entry(
      ByteArrayOutputStream out, String path, String target, char type, long size) {
    StringBuilder pax = new StringBuilder();
    if (path.getBytes(UTF_8).length > NAME) {
      pax.append(record("path", path));
    }
    if (target.getBytes(UTF_8).length > NAME) {
      pax.append(record("linkpath", target));
    }
    if (!pax.isEmpty()) {
      byte[] records = pax.toString().getBytes(UTF_8);
      block(out, "./pax", "", 'x', records.length);
      out.writeBytes(records);
      pad(out, records.length);
    }
    block(out, path, target, type, size);
  }

  /** {@code LENGTH KEY=VALUE\n}, where the length counts itself. */
  private static String record(String key, String value) {
    int rest = (" " + key + "=" + value + "\n").getBytes(UTF_8).length;
    int length = rest + 1;
    while (String.valueOf(length).length() + rest != length) {
      length = String.valueOf(length).length() + rest;
    }
    return length + " " + key + "=" + value + "\n";
  }

  private static void block(
      ByteArrayOutputStream out, String path, String target, char type, long size) {
    byte[] block = new byte[BLOCK];
    put(block, 0, NAME, path.getBytes(UTF_8));
    octal(block, 100, 8, 0644);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, 0);
    block[156] = (byte) type;
    put(block, 157, NAME, target.getBytes(UTF_8));
    put(block, 257, 8, "ustar\00000".getBytes(US_ASCII));
    int sum = 8 * ' ';
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, 8, String.format("%06o\0 ", sum).getBytes(US_ASCII));
    out.writeBytes(block);
  }

  private static void put(byte[] block, int at, int room, byte[] text) {
    System.arraycopy(text, 0, block, at, Math.min(room, text.length));
  }

  private static void octal(byte[] block, int at, int room, long number) {
    put(block, at, room, String.format("%0" + (room - 1) + "o", number).getBytes(US_ASCII));
  }

  private static void pad(ByteArrayOutputStream out, long size) {
    out.writeBytes(new byte[(int) (-size & (BLOCK - 1))]);
  }
}
