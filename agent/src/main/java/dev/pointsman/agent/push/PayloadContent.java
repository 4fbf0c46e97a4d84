package dev.pointsman.agent.push;

import dev.pointsman.agent.zstd.Unpacked;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code payload.tar[.gz|.zst]}, read through. A hard link is left out: its content
 * comes with the file that it names.
 */
public record PayloadContent(Path file) implements Content {
  private static final int BUFFER = 64 << 10;

  @Override
  public Files open() throws IOException {
    InputStream raw = new BufferedInputStream(java.nio.file.Files.newInputStream(file), BUFFER);
    String name = file.toString();
    Compression compression =
        name.endsWith(".gz")
            ? Compression.GZIP
            : name.endsWith(".zst") ? Compression.ZSTD : Compression.NONE;
    TarReader tar;
    try {
      tar =
          new TarReader(
              Unpacked.of(
                  compression,
                  raw,
                  Long.MAX_VALUE,
                  ErrorCode.LIMIT_BYTES,
                  ErrorCode.BUNDLE_FORMAT));
    } catch (Rejected e) {
      raw.close();
      throw new IOException(file + ": " + e.detail(), e);
    }
    return new Files() {
      @Override
      public @Nullable Item next() throws Rejected, IOException {
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
          if (entry instanceof TarEntry.File found) {
            return new Item(found.path(), found.size(), tar.content());
          }
        }
        return null;
      }

      @Override
      public void close() throws IOException {
        raw.close();
      }
    };
  }
}
