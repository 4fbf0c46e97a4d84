package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * One zstd frame and nothing after it, without a dictionary, with a window of at most 8 MiB and
 * with an end to what comes out. The decoder is somebody else's and gets the frame only when its
 * header was found good. Refusals leave as {@link StreamRefused}. One thread; closing frees native
 * memory and leaves the source open.
 */
public final class StrictZstd extends InputStream {
  /** Decodes one frame; what is not one fails as an IOException. */
  public interface Decoder {
    /** The content of {@code frame}, which ends where the frame does; closing closes no source. */
    InputStream open(InputStream frame) throws IOException;
  }

  private final ZstdFrame frame;
  private final long maxBytes;
  private final ErrorCode overflow;
  private final Decoder decoder;
  private @Nullable InputStream content;
  private long produced;
  private boolean ended;

  /** Decodes {@code in}; the byte after {@code maxBytes} is refused with {@code overflow}. */
  public StrictZstd(InputStream in, long maxBytes, ErrorCode overflow, Decoder decoder) {
    this.frame = new ZstdFrame(in);
    this.maxBytes = maxBytes;
    this.overflow = overflow;
    this.decoder = decoder;
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
    int count = decode(buffer, offset, length);
    if (count < 0) {
      frame.end();
      ended = true;
      return -1;
    }
    produced += count;
    if (produced > maxBytes) {
      throw ZstdFrame.refused(
          overflow, "There are more than " + maxBytes + " bytes when unpacked.");
    }
    return count;
  }

  private int decode(byte[] buffer, int offset, int length) throws IOException {
    if (content == null) {
      frame.begin(maxBytes, overflow);
      content = decoder.open(frame);
    }
    try {
      return content.read(buffer, offset, length);
    } catch (IOException e) {
      if (frame.failure() != null) {
        throw frame.failure();
      }
      StreamRefused refused =
          ZstdFrame.damaged("cannot be decoded (" + String.valueOf(e.getMessage()) + ")");
      refused.addSuppressed(e);
      throw refused;
    }
  }

  @Override
  public void close() throws IOException {
    if (content != null) {
      content.close();
    }
  }
}
