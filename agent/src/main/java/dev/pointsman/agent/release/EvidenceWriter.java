package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.BundleHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Writes the evidence of an upload into its session, the seal last. */
final class EvidenceWriter {
  private final Staging staging;

  EvidenceWriter(Staging staging) {
    this.staging = staging;
  }

  /** Returns the complete directory. */
  Path write(BundleHead head, Seal seal) throws IOException {
    Path directory = staging.directory().resolve(Staging.META);
    Modes.createDirectory(directory, Modes.DIRECTORY);
    write(directory.resolve(Evidence.MANIFEST), head.manifest());
    for (Map.Entry<String, byte[]> signature : head.signatures().entrySet()) {
      write(directory.resolve(signature.getKey()), signature.getValue());
    }
    Path list = directory.resolve(Evidence.LIST);
    Files.move(staging.list(), list, StandardCopyOption.ATOMIC_MOVE);
    Files.setPosixFilePermissions(list, Modes.FILE);
    write(directory.resolve(Evidence.SEAL), seal.encode());
    return directory;
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    Files.setPosixFilePermissions(file, Modes.FILE);
  }
}
