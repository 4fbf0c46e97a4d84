package dev.pointsman.agent.zstd;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.StrictGzip;
import dev.pointsman.protocol.bundle.StrictZstd;
import java.io.InputStream;
import java.util.Optional;

/** What is within compressed bytes, as strict and as bounded as the caller says. */
public final class Unpacked {
  private Unpacked() {}

  /**
   * The content of {@code in}, which stays open when the result is closed. The byte after {@code
   * maxBytes} is refused with {@code overflow}; a compression that this host has not is refused
   * with {@code unknown}.
   */
  public static InputStream of(
      Compression compression, InputStream in, long maxBytes, ErrorCode overflow, ErrorCode unknown)
      throws Rejected {
    return switch (compression) {
      case NONE -> in;
      case GZIP -> new StrictGzip(in, maxBytes, overflow);
      case ZSTD -> {
        Optional<String> problem = Zstd.problem();
        if (problem.isPresent()) {
          throw new Rejected(unknown, "This host cannot read zstd: " + problem.get() + ".");
        }
        yield new StrictZstd(in, maxBytes, overflow, Zstd.decoder());
      }
    };
  }
}
