package dev.pointsman.agent.release;

import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is kept beside a release, {@code meta/<id>}: who said what about it, and its file list. */
record Evidence(Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(Evidence.class);

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

  Path list() {
    return directory.resolve(LIST);
  }

  /**
   * Hands over each content that {@code list} names, if it can be read: a session's may be half.
   */
  static void contents(Path list, Consumer<BlobKey> named) throws IOException {
    if (!Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      for (TreeEntry.File file : FileList.read(MappedFile.of(list), ANY).files()) {
        named.accept(new BlobKey(file.sha256(), file.executable()));
      }
    } catch (Rejected e) {
      LOG.debug("A list is not complete. path={}: {}", list, e.getMessage());
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
