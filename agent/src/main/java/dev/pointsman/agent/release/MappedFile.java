package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file that is read where the system keeps it anyway: its size does not show in the heap. Only
 * for files that nobody shortens while they are looked at, which are the agent's own and those that
 * it made. The mapping goes when nobody refers to it any more, also after the file is gone.
 */
public final class MappedFile {
  private MappedFile() {}

  /** All of {@code file}. */
  public static ByteBuffer of(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new IOException(file + " has " + channel.size() + " bytes, too many to be read");
      }
      return channel.map(MapMode.READ_ONLY, 0, channel.size());
    }
  }
}
