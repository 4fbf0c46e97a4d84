package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * One gzip member and nothing after it, with its checksum and length checked, and with an end to
 * what comes out. Refusals leave as {@link StreamRefused}. One thread; closing frees native memory
 * and leaves the source open.
 */
public final class StrictGzip extends InputStream {
  private static final int MAX_HEADER_FIELD = 4 << 10;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED_FLAGS = 0xe0;

  private final InputStream in;
  private final long maxBytes;
  private final ErrorCode overflow;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private final byte[] input = new byte[16 << 10];
  private int position;
  private int limit;
  private long produced;
  private boolean begun;
  private boolean ended;

  /** Inflates {@code in}; the byte after {@code maxBytes} is refused with {@code overflow}. */
  public StrictGzip(InputStream in, long maxBytes, ErrorCode overflow) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.overflow = overflow;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (ended) {
      return -1;
    }
    if (!begun) {
      readHeader();
      begun = true;
    }
    int count = inflate(buffer, offset, length);
    if (count == 0) {
      readTrailer();
      ended = true;
      return -1;
    }
    produced += count;
    if (produced > maxBytes) {
      throw refused(overflow, "There are more than " + maxBytes + " bytes when unpacked.");
    }
    checksum.update(buffer, offset, count);
    return count;
  }

  @Override
  public void close() {
    inflater.end();
  }

  /** Some bytes, or 0 at the end of the member. */
  private int inflate(byte[] buffer, int offset, int length) throws IOException {
    try {
      while (true) {
        int count = inflater.inflate(buffer, offset, length);
        if (count > 0) {
          return count;
        }
        if (inflater.finished()) {
          position = limit - inflater.getRemaining();
          return 0;
        }
        if (inflater.needsDictionary()) {
          throw damaged("asks for a dictionary");
        }
        // The inflater has taken everything up to here.
        fill();
        inflater.setInput(input, 0, limit);
      }
    } catch (DataFormatException e) {
      StreamRefused refused = damaged("cannot be inflated (" + e.getMessage() + ")");
      refused.addSuppressed(e);
      throw refused;
    }
  }

  private void readHeader() throws IOException {
    CRC32 crc = new CRC32();
    int magic = headerShort(crc);
    int method = headerByte(crc);
    if (magic != 0x8b1f || method != 8) {
      throw damaged("does not begin as gzip does");
    }
    int flags = headerByte(crc);
    if ((flags & RESERVED_FLAGS) != 0) {
      throw damaged("has unknown flags");
    }
    for (int i = 0; i < 6; i++) {
      headerByte(crc); // Time, compression level, system: of no interest.
    }
    if ((flags & EXTRA) != 0) {
      for (int left = headerShort(crc); left > 0; left--) {
        headerByte(crc);
      }
    }
    if ((flags & NAME) != 0) {
      skipText(crc);
    }
    if ((flags & COMMENT) != 0) {
      skipText(crc);
    }
    if ((flags & HEADER_CRC) != 0) {
      long expected = crc.getValue() & 0xffff;
      if (headerShort(crc) != expected) {
        throw damaged("has a wrong header checksum");
      }
    }
    inflater.setInput(input, position, limit - position);
  }

  private void skipText(CRC32 crc) throws IOException {
    for (int length = 0; headerByte(crc) != 0; length++) {
      if (length == MAX_HEADER_FIELD) {
        throw damaged("has a header field without an end");
      }
    }
  }

  private void readTrailer() throws IOException {
    if (trailerInt() != checksum.getValue()) {
      throw damaged("has a wrong checksum");
    }
    if (trailerInt() != (produced & 0xffffffffL)) {
      throw damaged("has a wrong length");
    }
    if (position < limit || in.read(input, 0, 1) >= 0) {
      throw refused(ErrorCode.GZIP_TRAILING, "There is data after the compressed stream.");
    }
  }

  private long trailerInt() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      value |= (long) nextByte() << shift;
    }
    return value;
  }

  private int headerByte(CRC32 crc) throws IOException {
    int b = nextByte();
    crc.update(b);
    return b;
  }

  private int headerShort(CRC32 crc) throws IOException {
    int low = headerByte(crc);
    return low | headerByte(crc) << 8;
  }

  private int nextByte() throws IOException {
    if (position == limit) {
      fill();
    }
    return input[position++] & 0xff;
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

  private static StreamRefused damaged(String what) {
    return refused(ErrorCode.GZIP_FORMAT, "The compressed data " + what + ".");
  }

  private static StreamRefused refused(ErrorCode code, String detail) {
    return new StreamRefused(new Rejected(code, detail));
  }
}
