package dev.pointsman.fuzz;

import dev.pointsman.fuzz.Property.Outcome;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.bundle.StrictGzip;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;

/** Compressed streams: what is accepted is what the JDK's own reader makes of it, and bounded. */
public final class GzipFuzz {
  private static final int MOST = 1 << 20;

  private GzipFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome<ByteBuffer> whole = Property.holds(() -> unpack(Bytes.whole(input), 8 << 10));
    Outcome<ByteBuffer> portions = Property.holds(() -> unpack(Bytes.portions(input, 3), 100));
    Property.require(whole.equals(portions), "two readings of one gzip", whole + " " + portions);
    if (whole.accepted()) {
      ByteBuffer theirs = ByteBuffer.wrap(byTheJdk(input));
      Property.require(whole.value().get().equals(theirs), "not the JDK's reading", theirs);
    }
  }

  private static ByteBuffer unpack(InputStream in, int portion) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[portion];
    try (StrictGzip gzip = new StrictGzip(in, MOST, ErrorCode.LIMIT_BYTES)) {
      for (int count; (count = gzip.read(buffer, 0, portion)) >= 0; ) {
        out.write(buffer, 0, count);
        Property.require(out.size() <= MOST, "more than was allowed", out.size());
      }
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static byte[] byTheJdk(byte[] input) {
    try (GZIPInputStream gzip = new GZIPInputStream(Bytes.whole(input))) {
      return gzip.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError("the JDK refuses what was accepted", e);
    }
  }
}
