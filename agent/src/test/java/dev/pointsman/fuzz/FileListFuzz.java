package dev.pointsman.fuzz;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** {@code files.lst}: one tree has one list, and nothing in it leads out. */
public final class FileListFuzz {
  private static final TreeLimits LIMITS =
      new TreeLimits(10_000, 1_000, 4L << 30, 2L << 30, 4 << 20);
  private static final Pattern MODE = Pattern.compile("(?m)^f ([0-7]{1,4}) ");

  private FileListFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    Property.holds(() -> check(input));
  }

  private static ReleaseTree check(byte[] input) throws Rejected, IOException {
    ReleaseTree tree = FileList.read(Bytes.whole(input), LIMITS);
    for (TreeEntry.File file : tree.files()) {
      Paths.requireInside(file.path());
    }
    for (TreeEntry.Link link : tree.links()) {
      Paths.requireInside(link.path());
      Paths.requireTargetInside(link.path(), link.target());
    }
    for (TreeEntry.EmptyDirectory directory : tree.emptyDirectories()) {
      Paths.requireInside(directory.path());
    }
    String before = new String(input, StandardCharsets.UTF_8);
    String after = written(tree);
    Property.require(plainModes(before).equals(after), "another list when written again", after);
    return tree;
  }

  private static String written(ReleaseTree tree) {
    StringBuilder list = new StringBuilder(FileList.HEADER).append('\n');
    for (TreeEntry.File file : tree.files()) {
      list.append(file.executable() ? "f 755 " : "f 644 ")
          .append(file.size())
          .append(' ')
          .append(file.sha256())
          .append("  ./")
          .append(file.path())
          .append('\n');
    }
    for (TreeEntry.Link link : tree.links()) {
      list.append("l ").append(link.target()).append("\t./").append(link.path()).append('\n');
    }
    for (TreeEntry.EmptyDirectory directory : tree.emptyDirectories()) {
      list.append("d ./").append(directory.path()).append('\n');
    }
    return list.toString();
  }

  private static String plainModes(String list) {
    return MODE.matcher(list)
        .replaceAll(
            found -> (Integer.parseInt(found.group(1), 8) & 0100) != 0 ? "f 755 " : "f 644 ");
  }
}
