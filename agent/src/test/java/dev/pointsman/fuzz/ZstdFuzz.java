package dev.pointsman.fuzz;

import com.github.luben.zstd.ZstdInputStream;
import dev.pointsman.agent.zstd.Zstd;
import dev.pointsman.fuzz.Property.Outcome;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.bundle.StrictZstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * zstd frames: what is accepted is what the decoder makes of it by itself, and bounded. The native
 * decoder behind it is attacked on the way.
 */
public final class ZstdFuzz {
  private static final int MOST = 1 << 20;

  private ZstdFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome<ByteBuffer> whole = Property.holds(() -> unpack(Bytes.whole(input), 8 << 10));
    Outcome<ByteBuffer> portions = Property.holds(() -> unpack(Bytes.portions(input, 3), 100));
    Property.require(
        whole.value().equals(portions.value()),
        "two readings of one frame",
        whole + " " + portions);
    if (whole.accepted()) {
      ByteBuffer theirs = ByteBuffer.wrap(byTheDecoder(input));
      Property.require(whole.value().get().equals(theirs), "not the decoder's reading", theirs);
    }
  }

  private static ByteBuffer unpack(InputStream in, int portion) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[portion];
    try (StrictZstd zstd = new StrictZstd(in, MOST, ErrorCode.LIMIT_BYTES, Zstd.decoder())) {
      for (int count; (count = zstd.read(buffer, 0, portion)) >= 0; ) {
        out.write(buffer, 0, count);
        Property.require(out.size() <= MOST, "more than was allowed", out.size());
      }
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static byte[] byTheDecoder(byte[] input) {
    try (ZstdInputStream zstd = new ZstdInputStream(Bytes.whole(input))) {
      return zstd.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError("the decoder refuses what was accepted", e);
    }
  }
}
