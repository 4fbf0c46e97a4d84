package dev.pointsman.agent;

import dev.pointsman.agent.linux.FileSystems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Asks this host about its file systems. */
final class StorageFacts implements StorageCheck.Facts {
  @Override
  public long magic(Path path) throws IOException {
    return FileSystems.magic(path);
  }

  /**
   * From {@code /proc/fs/ext4/DEVICE/options}, which has defaults too: {@code data=} is missing
   * only where there is no journal.
   */
  @Override
  public Optional<Set<String>> ext4Options(Path path) throws IOException {
    long device = (Long) Files.getAttribute(path, "unix:dev");
    Path block = Path.of("/sys/dev/block/" + major(device) + ":" + minor(device));
    if (!Files.exists(block)) {
      return Optional.empty();
    }
    Path name = block.toRealPath().getFileName();
    Path options = Path.of("/proc/fs/ext4").resolve(name.toString()).resolve("options");
    return Files.isReadable(options)
        ? Optional.of(new HashSet<>(Files.readAllLines(options)))
        : Optional.empty();
  }

  // As gnu_dev_major and gnu_dev_minor of glibc.
  private static long major(long device) {
    return (device >>> 8 & 0xFFF) | (device >>> 32 & ~0xFFFL);
  }

  private static long minor(long device) {
    return (device & 0xFF) | (device >>> 12 & ~0xFFL & 0xFFFF_FFFFL);
  }
}
