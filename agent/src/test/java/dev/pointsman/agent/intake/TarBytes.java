package dev.pointsman.agent.intake;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Writes archives byte by byte, also those that no tool would. */
final class TarBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TarBytes file(String name, String content) {
    return entry('0', name, "", content, _ -> {});
  }

  TarBytes file(String name, byte[] content) {
    header('0', bytes(name), "", content.length, _ -> {});
    return content(content);
  }

  TarBytes directory(String name) {
    return entry('5', name, "", "", _ -> {});
  }

  TarBytes symlink(String name, String target) {
    return entry('2', name, target, "", _ -> {});
  }

  TarBytes hardlink(String name, String target) {
    return entry('1', name, target, "", _ -> {});
  }

  /** An entry whose header {@code bend} changes before its checksum is made. */
  TarBytes entry(char type, String name, String link, String content, Consumer<byte[]> bend) {
    header(type, bytes(name), link, content.length(), bend);
    return content(bytes(content));
  }

  /** A header that claims a size and is followed by whatever comes next. */
  TarBytes header(char type, byte[] name, String link, long size, Consumer<byte[]> bend) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, bytes("0000644\0"));
    put(header, 108, bytes("0000000\0"));
    put(header, 116, bytes("0000000\0"));
    put(header, 124, bytes(String.format("%011o\0", size)));
    put(header, 136, bytes("00000000000\0"));
    header[156] = (byte) type;
    put(header, 157, bytes(link));
    put(header, 257, bytes("ustar\00000"));
    bend.accept(header);
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, bytes(String.format("%06o\0 ", sum)));
    out.writeBytes(header);
    return this;
  }

  /** A pax header with these records, as {@code path=x}. */
  TarBytes pax(char type, String... records) {
    StringBuilder body = new StringBuilder();
    for (String record : records) {
      int length = record.length() + 3;
      while (length != (length + " " + record + "\n").length()) {
        length++;
      }
      body.append(length).append(' ').append(record).append('\n');
    }
    return entry(type, "PaxHeader", "", body.toString(), _ -> {});
  }

  /** A name in GNU's way. */
  TarBytes longName(char type, String name) {
    return entry(type, "././@LongLink", "", name + "\0", TarBytes::gnu);
  }

  /** Makes the header one of GNU's. */
  static void gnu(byte[] header) {
    put(header, 257, bytes("ustar  \0"));
  }

  static void put(byte[] header, int offset, byte[] bytes) {
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }

  TarBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Everything so far, without an end. */
  byte[] cut() {
    return out.toByteArray();
  }

  /** The whole archive. */
  byte[] end() {
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  private TarBytes content(byte[] content) {
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & 511]);
    return this;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
