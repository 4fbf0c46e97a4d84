package dev.pointsman.agent.content;

import dev.pointsman.agent.zstd.Unpacked;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Compression;
import java.io.InputStream;

/** How the tar of a pack travels. */
public enum PackFormat {
  TAR,
  TAR_GZIP,
  TAR_ZSTD;

  /** The tar within {@code in}, which stays open; the byte after {@code maxBytes} is refused. */
  InputStream plain(InputStream in, long maxBytes) throws Rejected {
    Compression compression =
        switch (this) {
          case TAR -> Compression.NONE;
          case TAR_GZIP -> Compression.GZIP;
          case TAR_ZSTD -> Compression.ZSTD;
        };
    return Unpacked.of(compression, in, maxBytes, ErrorCode.LIMIT_BYTES, ErrorCode.CONTENT_TYPE);
  }
}
