package dev.pointsman.agent;

import dev.pointsman.agent.linux.FileSystems;
import dev.pointsman.agent.release.Durability;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One {@code syncfs(2)} for everything that was written, instead of one device flush per file. */
final class SyncfsDurability implements Durability {
  @Override
  public void barrier(Path directory) throws IOException {
    FileSystems.sync(directory);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
