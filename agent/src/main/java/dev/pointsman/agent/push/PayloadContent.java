package dev.pointsman.agent.push;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.StrictGzip;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code payload.tar[.gz]}, read through. A hard link is left out: its content comes
 * with the file that it names.
 */
public record PayloadContent(Path file) implements Content {
  private static final int BUFFER = 64 << 10;

  @Override
  public Files open() throws IOException {
    InputStream raw = new BufferedInputStream(java.nio.file.Files.newInputStream(file), BUFFER);
    boolean gzip = file.toString().endsWith(".gz");
    TarReader tar =
        new TarReader(gzip ? new StrictGzip(raw, Long.MAX_VALUE, ErrorCode.LIMIT_BYTES) : raw);
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
