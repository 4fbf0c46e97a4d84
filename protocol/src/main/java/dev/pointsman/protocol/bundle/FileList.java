package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.TreeEntry.EmptyDirectory;
import dev.pointsman.protocol.bundle.TreeEntry.File;
import dev.pointsman.protocol.bundle.TreeEntry.Link;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code files.lst}: a tree as text that {@code find}, {@code stat} and {@code sha256sum} can make.
 * For one tree there is one list, byte for byte, up to the modes of its files.
 */
public final class FileList {
  /** Its first line. */
  public static final String HEADER = "#pointsman-tree 1";

  private FileList() {}

  /** Reads a whole list and checks all rules of a tree. */
  public static ReleaseTree read(InputStream in, TreeLimits limits) throws Rejected, IOException {
    FileListReader reader = new FileListReader(in);
    TreeRules rules = new TreeRules(limits);
    List<File> files = new ArrayList<>();
    List<Link> links = new ArrayList<>();
    List<EmptyDirectory> directories = new ArrayList<>();
    for (TreeEntry entry = reader.next(); entry != null; entry = reader.next()) {
      switch (entry) {
        case File file -> {
          rules.file(file.path(), file.size());
          files.add(file);
        }
        case Link link -> {
          rules.link(link.path(), link.target());
          links.add(link);
        }
        case EmptyDirectory directory -> {
          rules.directory(directory.path());
          directories.add(directory);
        }
      }
    }
    checkEmpty(rules, directories);
    rules.finish();
    return new ReleaseTree(files, links, directories);
  }

  private static void checkEmpty(TreeRules rules, List<EmptyDirectory> directories)
      throws Rejected {
    for (EmptyDirectory directory : directories) {
      if (rules.hasContent(directory.path())) {
        throw PathRules.refused(
            ErrorCode.TREE_FORMAT,
            "files.lst names a directory that is not empty.",
            directory.path());
      }
    }
  }

  /** Writes {@code tree}, with 644 and 755 for modes. */
  public static void write(ReleaseTree tree, OutputStream out) throws IOException {
    line(out, HEADER);
    for (File file : tree.files()) {
      String mode = file.executable() ? "755" : "644";
      line(out, "f " + mode + " " + file.size() + " " + file.sha256() + "  ./" + file.path());
    }
    for (Link link : tree.links()) {
      line(out, "l " + link.target() + "\t./" + link.path());
    }
    for (EmptyDirectory directory : tree.emptyDirectories()) {
      line(out, "d ./" + directory.path());
    }
  }

  private static void line(OutputStream out, String text) throws IOException {
    out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
