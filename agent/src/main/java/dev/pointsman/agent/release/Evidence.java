package dev.pointsman.agent.release;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What is kept beside a release, {@code meta/<id>}: who said what about it, and its file list. */
record Evidence(Path directory) {
  static final String MANIFEST = "release.json";
  static final String LIST = "files.lst";
  static final String SEAL = "seal";

  /** What was accepted once is within these. */
  static final TreeLimits ANY =
      new TreeLimits(
          Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  private static final long MAX_SEAL = 64 << 10;

  /** Whether a seal is there; whether it is whole shows when it is read. */
  boolean isSealed() {
    return Files.isRegularFile(directory.resolve(SEAL), LinkOption.NOFOLLOW_LINKS);
  }

  Seal seal() throws IOException {
    Path file = directory.resolve(SEAL);
    return Seal.decode(read(file, MAX_SEAL), file.toString());
  }

  /** The manifest, if it is the one that was sealed. */
  Manifest manifest(Seal seal) throws IOException {
    Path file = directory.resolve(MANIFEST);
    byte[] bytes = read(file, Manifest.MAX_BYTES);
    if (!Sha256.of(bytes).equals(seal.manifest())) {
      throw new IOException(file + " is not the file that was sealed");
    }
    try {
      return Manifest.parse(bytes);
    } catch (Rejected e) {
      throw new IOException(file + " cannot be read any more: " + e.getMessage(), e);
    }
  }

  /** The tree, if its list is the one that was sealed. */
  ReleaseTree tree(Seal seal) throws IOException {
    Path file = directory.resolve(LIST);
    if (!Sha256.ofFile(file).equals(seal.list())) {
      throw new IOException(file + " is not the file that was sealed");
    }
    try {
      return FileList.read(MappedFile.of(file), ANY);
    } catch (Rejected e) {
      throw new IOException(file + " cannot be read any more: " + e.getMessage(), e);
    }
  }

  /** The release {@code id} that this is about. */
  StagedRelease release(ReleaseId id, Path tree) throws IOException {
    Seal seal = seal();
    Manifest manifest = manifest(seal);
    if (!manifest.release().equals(id)) {
      throw new IOException(directory + " is about the release " + manifest.release());
    }
    return new StagedRelease(
        id,
        manifest,
        seal.manifest(),
        seal.signers(),
        seal.stagedAt(),
        seal.files(),
        seal.bytes(),
        tree);
  }

  private static byte[] read(Path file, long maxBytes) throws IOException {
    if (Files.size(file) > maxBytes) {
      throw new IOException(file + " is larger than " + maxBytes + " bytes");
    }
    return Files.readAllBytes(file);
  }
}
