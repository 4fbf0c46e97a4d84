package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;

/**
 * One header block: POSIX ustar or GNU, with its checksum verified. Only what is needed is parsed:
 * owners and times may say anything.
 */
final class TarHeader {
  static final int BLOCK = 512;

  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_LENGTH = 8;

  private final byte[] block;

  /** The header in {@code block}, which the caller leaves alone while it uses this. */
  TarHeader(byte[] block) throws Rejected {
    this.block = block;
    checkChecksum();
    if (!isPosix() && !isGnu()) {
      throw new Rejected(ErrorCode.TAR_FORMAT, "A header is neither ustar nor GNU.");
    }
  }

  /** The type flag; NUL, as old archives have it, is a file. */
  char type() {
    int type = block[156] & 0xff;
    return type == 0 ? '0' : (char) type;
  }

  long size() throws Rejected {
    return octal(124, 12, "size");
  }

  int mode() throws Rejected {
    return (int) (octal(100, 8, "mode") & 07777);
  }

  /** The name, with its prefix. */
  String name() throws Rejected {
    String name = text(0, 100);
    String prefix = isPosix() ? text(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  String linkName() throws Rejected {
    return text(157, 100);
  }

  private void checkChecksum() throws Rejected {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
      sum += own ? ' ' : block[i] & 0xff;
    }
    if (octal(CHECKSUM, CHECKSUM_LENGTH, "checksum") != sum) {
      throw new Rejected(ErrorCode.TAR_CHECKSUM, "The checksum of a header is wrong.");
    }
  }

  private boolean isPosix() {
    return hasMagic("ustar\00000");
  }

  private boolean isGnu() {
    return hasMagic("ustar  \0");
  }

  private boolean hasMagic(String magic) {
    for (int i = 0; i < magic.length(); i++) {
      if (block[257 + i] != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Spaces, octal digits, then spaces or NULs to the end. */
  private long octal(int offset, int length, String what) throws Rejected {
    int end = offset + length;
    int i = offset;
    while (i < end && block[i] == ' ') {
      i++;
    }
    int first = i;
    long value = 0;
    while (i < end && block[i] >= '0' && block[i] <= '7') {
      value = value * 8 + (block[i++] - '0');
    }
    boolean digits = i > first;
    while (i < end && (block[i] == ' ' || block[i] == 0)) {
      i++;
    }
    if (!digits || i < end) {
      ErrorCode code = offset == CHECKSUM ? ErrorCode.TAR_CHECKSUM : ErrorCode.TAR_NUMBER;
      throw new Rejected(code, "The " + what + " in a header is not an octal number.");
    }
    return value;
  }

  private String text(int offset, int length) throws Rejected {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return PathRules.decode(block, offset, end - offset);
  }
}
