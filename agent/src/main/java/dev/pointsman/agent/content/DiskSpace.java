package dev.pointsman.agent.content;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is free on a file system. */
public interface DiskSpace {
  /** What is free where {@code path} lies. */
  Free on(Path path) throws IOException;

  /** A moment's count. */
  record Free(long totalBytes, long usableBytes, long inodes) {}

  /** Asks the file system. */
  static DiskSpace ofFileSystem(FreeInodes inodes) {
    return path -> {
      FileStore store = Files.getFileStore(path);
      return new Free(store.getTotalSpace(), store.getUsableSpace(), inodes.on(path));
    };
  }
}
