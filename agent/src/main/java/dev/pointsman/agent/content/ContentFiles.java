package dev.pointsman.agent.content;

import dev.pointsman.agent.release.NewFile;
import dev.pointsman.agent.release.Staging;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.TarReader;
import java.io.IOException;

/** Writes files of a payload into the staging directory. */
final class ContentFiles {
  private final Staging staging;
  private final byte[] buffer = new byte[64 << 10];

  ContentFiles(Staging staging) {
    this.staging = staging;
  }

  /** Decides on the digest of what was written, before the file is settled. */
  interface DigestCheck {
    void check(String sha256) throws Rejected, IOException;
  }

  /** Writes the current file of {@code tar} to {@code path}. */
  void write(TarReader tar, String path, boolean executable, DigestCheck check)
      throws Rejected, IOException {
    NewFile file = staging.createFile(path);
    try (file) {
      for (int count; (count = tar.read(buffer, 0, buffer.length)) >= 0; ) {
        file.write(buffer, 0, count);
      }
      check.check(file.sha256());
    }
    staging.settle(file, executable);
  }
}
