package dev.pointsman.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An ext4 of its own below a directory, as small as a test wants it. Only root can mount one. */
final class SmallDisk implements Started {
  private final Path image;
  private final Path directory;

  /** What is free. */
  record Free(long bytes, long inodes) {}

  private SmallDisk(Path image, Path directory) {
    this.image = image;
    this.directory = directory;
  }

  static boolean canBeMade() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
        && Files.exists(Path.of("/dev/loop-control"));
  }

  /** Mounts a new one at {@code directory}; {@code options} are those of mkfs.ext4. */
  static SmallDisk mount(Path image, Path directory, int mebibytes, String... options)
      throws Exception {
    Path parent = image.getParent();
    Command.of(parent, "truncate", "-s", mebibytes + "M", image.toString()).run().exits(0);
    List<String> make = new ArrayList<>(List.of("mkfs.ext4", "-q", "-F", "-m", "0"));
    make.addAll(List.of(options));
    make.add(image.toString());
    new Command(make, parent, java.util.Map.of()).run().exits(0);
    Files.createDirectories(directory);
    Command.of(parent, "mount", "-o", "loop", image.toString(), directory.toString())
        .run()
        .exits(0);
    // The directory that mkfs makes would be one that nobody knows.
    Files.delete(directory.resolve("lost+found"));
    return new SmallDisk(image, directory);
  }

  Free free() throws Exception {
    String[] said =
        Command.of(directory, "stat", "-f", "-c", "%a %S %d", directory.toString())
            .run()
            .exits(0)
            .out()
            .strip()
            .split(" ");
    return new Free(Long.parseLong(said[0]) * Long.parseLong(said[1]), Long.parseLong(said[2]));
  }

  /** Takes all but {@code left} bytes; the file to delete afterwards. */
  Path fill(long left) throws Exception {
    Path filler = directory.resolve("filler");
    long size = free().bytes() - left;
    Command.of(directory, "fallocate", "-l", Long.toString(size), filler.toString()).run().exits(0);
    return filler;
  }

  /** Lets go of it even where something is still open; the kernel frees the loop device itself. */
  @Override
  public void end() throws Exception {
    Command.of(image.getParent(), "umount", "-l", directory.toString()).run().exits(0);
    Files.deleteIfExists(image);
  }
}
