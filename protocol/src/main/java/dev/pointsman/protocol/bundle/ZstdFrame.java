package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one zstd frame as RFC 8878 lays it out, looked at before a decoder sees them: what
 * the frame asks for is decided here, and where it ends. One thread.
 */
final class ZstdFrame extends InputStream {
  /** The most that a decoder has to remember. */
  static final long MAX_WINDOW = 8 << 20;

  private static final int MAGIC = 0xfd2fb528;
  private static final int MAX_BLOCK = 128 << 10;
  private static final int RLE = 1;
  private static final int COMPRESSED = 2;
  private static final int RESERVED = 3;

  /**
   * A compressed block has two headers at least; some decoders overlook that an empty one has none.
   */
  private static final int LEAST_COMPRESSED = 2;

  private final InputStream in;
  private final byte[] input = new byte[16 << 10];
  private int position;
  private int limit;

  /** Headers that were read and are still to be passed on. */
  private final byte[] header = new byte[18];

  private int headerLength;
  private int headerSent;

  /** Of the current block, or of the checksum. */
  private long left;

  private long blockLimit;
  private boolean checksum;
  private boolean begun;
  private boolean last;
  private @Nullable IOException failure;

  ZstdFrame(InputStream in) {
    this.in = in;
  }

  /** Reads the frame's header; refuses a frame that announces more than {@code maxBytes}. */
  void begin(long maxBytes, ErrorCode overflow) throws IOException {
    if ((int) number(4) != MAGIC) {
      throw damaged("does not begin as a zstd frame does");
    }
    int descriptor = (int) number(1);
    if ((descriptor & 8) != 0) {
      throw damaged("has a reserved bit set");
    }
    if ((descriptor & 3) != 0) {
      throw damaged("asks for a dictionary");
    }
    boolean single = (descriptor & 0x20) != 0;
    checksum = (descriptor & 4) != 0;
    long window = single ? 0 : window((int) number(1));
    int sizeBytes = new int[] {single ? 1 : 0, 2, 4, 8}[descriptor >>> 6];
    long size = number(sizeBytes) + (sizeBytes == 2 ? 256 : 0);
    if (size < 0 || size > maxBytes) {
      throw refused(overflow, "There are more than " + maxBytes + " bytes when unpacked.");
    }
    window = single ? size : window;
    if (window > MAX_WINDOW) {
      throw refused(
          ErrorCode.ZSTD_WINDOW,
          "The compressed data needs a window of %d bytes; %d are allowed."
              .formatted(window, MAX_WINDOW));
    }
    blockLimit = Math.min(window, MAX_BLOCK);
    begun = true;
  }

  private static long window(int descriptor) {
    long base = 1L << (10 + (descriptor >>> 3));
    return base + base / 8 * (descriptor & 7);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (!begun) {
      throw new IllegalStateException("the header comes first");
    }
    if (length == 0) {
      return 0;
    }
    try {
      if (headerSent == headerLength && left == 0 && !last) {
        nextBlock();
      }
      return pass(buffer, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  private int pass(byte[] buffer, int offset, int length) throws IOException {
    if (headerSent < headerLength) {
      int count = Math.min(length, headerLength - headerSent);
      System.arraycopy(header, headerSent, buffer, offset, count);
      headerSent += count;
      return count;
    }
    if (left == 0) {
      return -1;
    }
    if (position == limit) {
      fill();
    }
    int count = (int) Math.min(Math.min(length, limit - position), left);
    System.arraycopy(input, position, buffer, offset, count);
    position += count;
    left -= count;
    return count;
  }

  private void nextBlock() throws IOException {
    headerLength = 0;
    headerSent = 0;
    int block = (int) number(3);
    int type = (block >>> 1) & 3;
    int size = block >>> 3;
    if (type == RESERVED || size > blockLimit || (type == COMPRESSED && size < LEAST_COMPRESSED)) {
      throw damaged("has a block that no frame may have");
    }
    last = (block & 1) != 0;
    left = (type == RLE ? 1L : size) + (last && checksum ? 4 : 0);
  }

  /** What went wrong with reading, so that it is not taken for the decoder's complaint. */
  @Nullable IOException failure() {
    return failure;
  }

  /** Refuses unless the frame has ended and nothing follows it. */
  void end() throws IOException {
    if (!last || left > 0 || headerSent < headerLength) {
      throw damaged("ends too early");
    }
    if (position < limit || in.read(input, 0, 1) >= 0) {
      throw refused(ErrorCode.ZSTD_FORMAT, "There is data after the compressed frame.");
    }
  }

  /** A number, little end first, whose bytes are passed on. */
  private long number(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      if (position == limit) {
        fill();
      }
      byte next = input[position++];
      header[headerLength++] = next;
      value |= (next & 0xffL) << (8 * i);
    }
    return value;
  }

  private void fill() throws IOException {
    position = 0;
    limit = 0;
    int count = in.read(input, 0, input.length);
    if (count <= 0) {
      throw damaged("ends too early");
    }
    limit = count;
  }

  static StreamRefused damaged(String what) {
    return refused(ErrorCode.ZSTD_FORMAT, "The compressed data " + what + ".");
  }

  static StreamRefused refused(ErrorCode code, String detail) {
    return new StreamRefused(new Rejected(code, detail));
  }
}
