package dev.pointsman.agent.pack;

import dev.pointsman.protocol.bundle.Manifest.Tree;
import dev.pointsman.protocol.bundle.ReleaseTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.zip.GZIPOutputStream;

/**
 * Writes {@code files.lst.gz}; unpacked it is, byte for byte, what the shell script of
 * docs/bundle.md prints: modes are the files' own.
 */
final class ListWriter {
  private ListWriter() {}

  /** Writes the list of {@code tree}. */
  static Tree write(ReleaseTree tree, Path target) throws IOException {
    MessageDigest digest = Digests.sha256();
    ByteBuffer list = tree.list();
    final long size = list.remaining();
    byte[] buffer = new byte[64 << 10];
    try (OutputStream out =
        new GZIPOutputStream(
            Files.newOutputStream(target, StandardOpenOption.CREATE_NEW), 64 << 10)) {
      while (list.hasRemaining()) {
        int count = Math.min(buffer.length, list.remaining());
        list.get(buffer, 0, count);
        digest.update(buffer, 0, count);
        out.write(buffer, 0, count);
      }
    }
    return new Tree(
        Digests.hex(digest), size, tree.files().size(), tree.links().size(), tree.bytes());
  }
}
