package dev.pointsman.agent.pack;

import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest.Tree;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Writes {@code files.lst.gz}; unpacked it is, byte for byte, what the shell script of
 * docs/bundle.md prints: modes are the files' own.
 */
final class ListWriter {
  private ListWriter() {}

  /** Writes the list of {@code tree}; {@code found} are its files, in its order. */
  static Tree write(ReleaseTree tree, List<Found> found, Path target) throws IOException {
    MessageDigest digest = Digests.sha256();
    long size = 0;
    try (OutputStream out =
        new DigestOutputStream(
            new GZIPOutputStream(
                Files.newOutputStream(target, StandardOpenOption.CREATE_NEW), 64 << 10),
            digest)) {
      size += line(out, FileList.HEADER);
      for (int i = 0; i < found.size(); i++) {
        TreeEntry.File file = tree.files().get(i);
        String mode = Integer.toOctalString(found.get(i).mode());
        size +=
            line(out, "f " + mode + " " + file.size() + " " + file.sha256() + "  ./" + file.path());
      }
      for (TreeEntry.Link link : tree.links()) {
        size += line(out, "l " + link.target() + "\t./" + link.path());
      }
      for (TreeEntry.EmptyDirectory directory : tree.emptyDirectories()) {
        size += line(out, "d ./" + directory.path());
      }
    }
    return new Tree(
        Digests.hex(digest), size, tree.files().size(), tree.links().size(), tree.bytes());
  }

  private static int line(OutputStream out, String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    out.write(bytes);
    return bytes.length;
  }
}
