package dev.pointsman.agent.push;

import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The files of a release, one after the other, as often as somebody asks. */
public interface Content {
  /** Begins at the first file. */
  Files open() throws IOException;

  /** One pass over the files. */
  interface Files extends AutoCloseable {
    /** The next file, or null after the last; what was not read of the one before is skipped. */
    @Nullable Item next() throws Rejected, IOException;

    @Override
    void close() throws IOException;
  }

  /**
   * A file.
   *
   * @param path in the release, without {@code ./}
   * @param content good until the next one is asked for
   */
  record Item(String path, long size, InputStream content) {}
}
