package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.StrictGzip;
import java.io.InputStream;

/** How the tar of a pack travels. */
public enum PackFormat {
  TAR,
  TAR_GZIP,
  TAR_ZSTD;

  /** The tar within {@code in}, which stays open; the byte after {@code maxBytes} is refused. */
  InputStream plain(InputStream in, long maxBytes) throws Rejected {
    return switch (this) {
      case TAR -> in;
      case TAR_GZIP -> new StrictGzip(in, maxBytes, ErrorCode.LIMIT_BYTES);
      case TAR_ZSTD ->
          throw new Rejected(ErrorCode.CONTENT_TYPE, "This version cannot read zstd; send gzip.");
    };
  }
}
