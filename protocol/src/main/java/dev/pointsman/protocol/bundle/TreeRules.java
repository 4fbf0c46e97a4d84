package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The paths of one tree and the rules that hold between them: each once, none below a file or a
 * link, none that differs from another in Unicode form only, every link to somewhere inside. Paths
 * must have passed {@link PathRules}. Single-use, one thread.
 */
final class TreeRules {
  private enum Kind {
    FILE,
    LINK,
    DIRECTORY
  }

  private final TreeLimits limits;
  private final Map<String, Kind> claimed = new HashMap<>();
  private final Set<String> parents = new HashSet<>();

  /** By NFC form, the path that has another form. */
  private final Map<String, String> composed = new HashMap<>();

  private final Map<String, String> links = new HashMap<>();
  private int entries;
  private int files;
  private long bytes;
  private long nameBytes;

  TreeRules(TreeLimits limits) {
    this.limits = limits;
  }

  void file(String path, long size) throws Rejected {
    if (size > limits.fileBytes()) {
      throw PathRules.refused(
          ErrorCode.LIMIT_FILE,
          "The file has " + size + " bytes; " + limits.fileBytes() + " are allowed.",
          path);
    }
    if (size > limits.bytes() - bytes) {
      throw PathRules.refused(
          ErrorCode.LIMIT_BYTES,
          "With this file there are more than " + limits.bytes() + " bytes.",
          path);
    }
    claim(path, Kind.FILE);
    bytes += size;
    files++;
  }

  void link(String path, String target) throws Rejected {
    String resolved = LinkTargets.resolve(path, target);
    if (links.size() >= limits.links()) {
      throw PathRules.refused(
          ErrorCode.LIMIT_ENTRIES, "There are more than " + limits.links() + " links.", path);
    }
    claim(path, Kind.LINK);
    count(0, target);
    links.put(path, resolved);
  }

  void directory(String path) throws Rejected {
    claim(path, Kind.DIRECTORY);
  }

  /** Checks what only the whole tree shows: where its links end. */
  void finish() throws Rejected {
    new LinkTargets(links, this::exists).check();
  }

  boolean isFile(String path) {
    return claimed.get(path) == Kind.FILE;
  }

  boolean hasContent(String directory) {
    return parents.contains(directory);
  }

  List<String> emptyDirectories() {
    return claimed.entrySet().stream()
        .filter(entry -> entry.getValue() == Kind.DIRECTORY && !parents.contains(entry.getKey()))
        .map(Map.Entry::getKey)
        .sorted(PathRules.BYTE_ORDER)
        .toList();
  }

  int files() {
    return files;
  }

  int links() {
    return links.size();
  }

  long bytes() {
    return bytes;
  }

  private boolean exists(String path) {
    return claimed.containsKey(path) || parents.contains(path);
  }

  private void claim(String path, Kind kind) throws Rejected {
    claimParents(path);
    boolean known = parents.contains(path);
    if (known && kind != Kind.DIRECTORY) {
      throw PathRules.refused(ErrorCode.PATH_DUPLICATE, "The path is a directory already.", path);
    }
    if (claimed.put(path, kind) != null) {
      throw PathRules.refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice.", path);
    }
    if (!known) {
      count(1, path);
      checkForm(path);
    }
  }

  private void claimParents(String path) throws Rejected {
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      String parent = path.substring(0, slash);
      Kind kind = claimed.get(parent);
      if (kind == Kind.FILE || kind == Kind.LINK) {
        String what = kind == Kind.FILE ? "a file" : "a symbolic link";
        throw PathRules.refused(
            ErrorCode.PATH_NOT_A_DIRECTORY,
            PathRules.printable(parent) + " is " + what + ".",
            path);
      }
      if (!parents.add(parent)) {
        return; // Its own parents were seen when it was.
      }
      if (kind == null) {
        count(1, parent);
        checkForm(parent);
      }
    }
  }

  private void count(int more, String name) throws Rejected {
    entries += more;
    nameBytes += name.length();
    if (entries > limits.entries()) {
      throw PathRules.refused(
          ErrorCode.LIMIT_ENTRIES,
          "There are more than " + limits.entries() + " entries, directories included.",
          name);
    }
    if (nameBytes > limits.nameBytes()) {
      throw PathRules.refused(
          ErrorCode.LIMIT_LIST,
          "The names together are longer than " + limits.nameBytes() + " bytes.",
          name);
    }
  }

  /** Two paths that Unicode calls the same must not both exist: some file systems agree with it. */
  private void checkForm(String path) throws Rejected {
    String form =
        Normalizer.isNormalized(path, Normalizer.Form.NFC)
            ? path
            : Normalizer.normalize(path, Normalizer.Form.NFC);
    boolean collides =
        form.equals(path)
            ? composed.containsKey(path)
            : exists(form) || composed.putIfAbsent(form, path) != null;
    if (collides) {
      throw PathRules.refused(
          ErrorCode.PATH_COLLISION, "Another path differs only in its Unicode form.", path);
    }
  }
}
