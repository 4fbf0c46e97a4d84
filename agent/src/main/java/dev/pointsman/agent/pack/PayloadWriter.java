package dev.pointsman.agent.pack;

import dev.pointsman.agent.zstd.Zstd;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.Manifest.Archive;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes {@code payload.tar[.gz|.zst]}, the same bytes for the same tree: sorted, owner 0, modes
 * 644 and 755, one fixed time. Directories follow from the paths, so only empty ones are written.
 */
final class PayloadWriter {
  /** 1980-01-01: old enough to be nobody's, and a time that every tar takes without a warning. */
  private static final long TIME_MILLIS = 315_532_800_000L;

  private static final int BUFFER = 64 << 10;

  private final Path root;
  private final TarArchiveOutputStream tar;
  private final byte[] buffer = new byte[BUFFER];

  private PayloadWriter(Path root, TarArchiveOutputStream tar) {
    this.root = root;
    this.tar = tar;
  }

  /** Writes {@code tree}, whose content is below {@code root}. */
  static Archive write(
      Path root, ReleaseTree tree, Compression format, Path target, Progress progress)
      throws IOException {
    MessageDigest digest = Digests.sha256();
    try (OutputStream file = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW);
        OutputStream hashed = new DigestOutputStream(file, digest);
        OutputStream packed = compressed(format, new BufferedOutputStream(hashed, BUFFER));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(packed, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      new PayloadWriter(root, tar).all(tree, progress);
      tar.finish();
    }
    return new Archive(
        Digests.hex(digest),
        Files.size(target),
        "tar" + format.suffix(),
        tree.files().size(),
        tree.bytes());
  }

  private static OutputStream compressed(Compression format, OutputStream out) throws IOException {
    return switch (format) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, BUFFER);
      case ZSTD -> Zstd.compress(out);
    };
  }

  private void all(ReleaseTree tree, Progress progress) throws IOException {
    int done = 0;
    for (TreeEntry.File file : tree.files()) {
      file(file);
      progress.packed(++done, tree.files().size());
    }
    for (TreeEntry.Link link : tree.links()) {
      TarArchiveEntry entry = new TarArchiveEntry(link.path(), TarConstants.LF_SYMLINK);
      entry.setLinkName(link.target());
      put(entry, 0777);
      tar.closeArchiveEntry();
    }
    for (TreeEntry.EmptyDirectory directory : tree.emptyDirectories()) {
      put(new TarArchiveEntry(directory.path() + "/", TarConstants.LF_DIR), 0755);
      tar.closeArchiveEntry();
    }
  }

  /** Reads the file a second time, so what is sent is checked against what was listed. */
  private void file(TreeEntry.File file) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(file.path(), TarConstants.LF_NORMAL);
    entry.setSize(file.size());
    put(entry, file.executable() ? 0755 : 0644);
    MessageDigest digest = Digests.sha256();
    long left = file.size();
    try (InputStream in = Files.newInputStream(root.resolve(file.path()))) {
      for (int count = in.read(buffer); count >= 0 && left >= count; count = in.read(buffer)) {
        tar.write(buffer, 0, count);
        digest.update(buffer, 0, count);
        left -= count;
      }
    }
    if (left != 0 || !Digests.hex(digest).equals(file.sha256())) {
      throw new IOException(
          root.resolve(file.path())
              + " changed while it was packed: let the build finish, then pack again");
    }
    tar.closeArchiveEntry();
  }

  private void put(TarArchiveEntry entry, int mode) throws IOException {
    entry.setMode(mode);
    entry.setModTime(TIME_MILLIS);
    entry.setIds(0, 0);
    entry.setNames("", "");
    tar.putArchiveEntry(entry);
  }
}
