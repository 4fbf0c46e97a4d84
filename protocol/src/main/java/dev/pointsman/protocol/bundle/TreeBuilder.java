package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.TreeEntry.File;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the list of a tree from entries in any order. What cannot stand beside what came before is
 * refused at once, before anything is made of it; all other rules are checked when the list is read
 * again. Paths must have passed {@link PathRules}. Entries lie in a {@link Spool} as the lines they
 * will be, and cost about twenty bytes of memory each. Single-use, one thread.
 */
public final class TreeBuilder {
  private static final int FILE = 1;
  private static final int LINK = 2;
  private static final int DIRECTORY = 4;

  /** A directory that came as an entry, at most once. */
  private static final int NAMED = 8;

  /** A directory with something below it. */
  private static final int FILLED = 16;

  /** More than what stands before a path in a file's line. */
  private static final int FILE_PREFIX = 96;

  private final TreeLimits limits;
  private final Spool spool;
  private final PathIndex index;
  private final byte[] line = new byte[8 << 10];
  private byte[] path = new byte[0];

  /** The hash of the path so far at each of its slashes, and of all of it at the end. */
  private final long[] hashes = new long[PathRules.MAX_PATH_BYTES + 1];

  private @Nullable String claimed;
  private int spooled;
  private long listBytes = FileList.HEADER.length() + 1L;
  private int files;
  private int links;
  private long bytes;

  /** A builder that refuses more than {@code limits}, in memory. */
  public TreeBuilder(TreeLimits limits) {
    this(limits, new HeapSpool());
  }

  /** A builder that refuses more than {@code limits}. */
  public TreeBuilder(TreeLimits limits, Spool spool) {
    this.limits = limits;
    this.spool = spool;
    this.index = new PathIndex(spool);
  }

  /** Claims the path of a file whose content is still to come; {@link #add(File)} is to follow. */
  public void claimFile(String name, long size) throws Rejected, IOException {
    if (size > limits.fileBytes() || size > limits.bytes() - bytes) {
      throw TreeRules.tooLarge(limits, name, size);
    }
    claim(name);
    claimed = name;
  }

  /** The file that was claimed, now that its digest is known. */
  public void add(File file) throws Rejected, IOException {
    add(file, file.executable() ? 0755 : 0644);
  }

  /** The file that was claimed, with the mode that the list is to tell. */
  public void add(File file, int mode) throws Rejected, IOException {
    if (!file.path().equals(claimed)) {
      throw new IllegalStateException("not claimed: " + file.path());
    }
    claimed = null;
    String head =
        "f " + Integer.toOctalString(mode) + " " + file.size() + " " + file.sha256() + "  ./";
    append(head, FILE);
    bytes += file.size();
    files++;
  }

  /** A symbolic link; where it ends is checked when the list is read. */
  public void addLink(String name, String target) throws Rejected, IOException {
    LinkTargets.resolve(name, target);
    if (links == limits.links()) {
      throw PathRules.refused(
          ErrorCode.LIMIT_ENTRIES, "There are more than " + limits.links() + " links.", name);
    }
    claim(name);
    append("l " + target + "\t./", LINK);
    links++;
  }

  /** A directory, which may come before or after what is in it, once. */
  public void addDirectory(String name) throws Rejected, IOException {
    unfinished();
    prepare(name);
    int known = index.find(path, path.length, hashes[path.length]);
    if (known >= 0 && index.kind(known) == (DIRECTORY | FILLED)) {
      index.mark(known, DIRECTORY | FILLED | NAMED);
      return;
    }
    claim(name);
    append("d ./", DIRECTORY | NAMED);
  }

  /** The file that was added as {@code name}, if there is one. */
  public Optional<File> file(String name) throws IOException {
    prepare(name);
    int entry = index.find(path, path.length, hashes[path.length]);
    if (entry < 0 || index.kind(entry) != FILE) {
      return Optional.empty();
    }
    int from = Math.max(0, index.start(entry) - FILE_PREFIX);
    int length = index.start(entry) - from;
    spool.read(from, line, length);
    String before = new String(line, 0, length, StandardCharsets.UTF_8);
    String[] fields = before.substring(before.lastIndexOf('\n') + 1).split(" ", -1);
    boolean executable = (Integer.parseInt(fields[1], 8) & 0100) != 0;
    return Optional.of(new File(name, executable, Long.parseLong(fields[2]), fields[3]));
  }

  /** How many files were added. */
  public int files() {
    return files;
  }

  /** The sizes of all files that were added. */
  public long bytes() {
    return bytes;
  }

  /** Writes the list, sorted; nothing can be added afterwards. */
  public void write(OutputStream out) throws IOException {
    unfinished();
    ByteBuffer content = spool.content();
    out.write((FileList.HEADER + "\n").getBytes(StandardCharsets.UTF_8));
    for (int kind : new int[] {FILE, LINK, DIRECTORY | NAMED}) {
      int[] order = entries(kind);
      PathSort.sort(index, content, order);
      for (int entry : order) {
        writeLine(content, entry, out);
      }
    }
  }

  /** The complete tree, whose list is in memory. */
  public ReleaseTree build() throws Rejected, IOException {
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    write(list);
    return FileList.read(ByteBuffer.wrap(list.toByteArray()), limits);
  }

  private int[] entries(int kind) {
    int[] found = new int[index.size()];
    int count = 0;
    for (int entry = 0; entry < found.length; entry++) {
      if (index.kind(entry) == kind) {
        found[count++] = entry;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private void writeLine(ByteBuffer content, int entry, OutputStream out) throws IOException {
    int start = index.start(entry);
    while (start > 0 && content.get(start - 1) != '\n') {
      start--;
    }
    int length = index.start(entry) + index.length(entry) + 1 - start;
    content.get(start, line, 0, length);
    out.write(line, 0, length);
  }

  /** Refuses {@code name} where it cannot be something new. */
  private void claim(String name) throws Rejected, IOException {
    unfinished();
    prepare(name);
    int known = index.find(path, path.length, hashes[path.length]);
    if (known >= 0) {
      boolean followed = index.kind(known) == (DIRECTORY | FILLED);
      throw PathRules.refused(
          ErrorCode.PATH_DUPLICATE,
          followed ? "The path is a directory already." : "The path occurs twice.",
          name);
    }
    int fresh = 1;
    for (int end = parent(path.length); end > 0; end = parent(end)) {
      int parent = index.find(path, end, hashes[end]);
      if (parent < 0) {
        fresh++;
        continue;
      }
      if ((index.kind(parent) & DIRECTORY) == 0) {
        String what = index.kind(parent) == FILE ? "a file" : "a symbolic link";
        String shown = PathRules.printable(new String(path, 0, end, StandardCharsets.UTF_8));
        throw PathRules.refused(ErrorCode.PATH_NOT_A_DIRECTORY, shown + " is " + what + ".", name);
      }
      break; // Its own parents were seen when it was.
    }
    if (fresh > limits.entries() - index.size()) {
      throw PathTable.tooMany(limits.entries(), name);
    }
  }

  /** Keeps the line of the path that was claimed last. */
  private void append(String head, int kind) throws Rejected, IOException {
    byte[] before = head.getBytes(StandardCharsets.UTF_8);
    int length = before.length + path.length + 1;
    listBytes += length;
    if (listBytes > limits.listBytes() || spooled > Integer.MAX_VALUE - length) {
      throw FileList.tooLong(limits);
    }
    System.arraycopy(before, 0, line, 0, before.length);
    System.arraycopy(path, 0, line, before.length, path.length);
    line[length - 1] = '\n';
    spool.append(line, length);
    int start = spooled + before.length;
    spooled += length;
    index.add(start, path.length, kind, hashes[path.length]);
    for (int end = parent(path.length); end > 0; end = parent(end)) {
      int parent = index.find(path, end, hashes[end]);
      if (parent >= 0) {
        fill(parent);
        return;
      }
      index.add(start, end, DIRECTORY | FILLED, hashes[end]);
    }
  }

  /** An empty directory that gets content has no line any more. */
  private void fill(int directory) {
    if (index.kind(directory) == (DIRECTORY | NAMED)) {
      listBytes -= "d ./\n".length() + index.length(directory);
    }
    index.mark(directory, index.kind(directory) | FILLED);
  }

  private int parent(int end) {
    int slash = end - 1;
    while (slash > 0 && path[slash] != '/') {
      slash--;
    }
    return slash;
  }

  private void prepare(String name) {
    path = name.getBytes(StandardCharsets.UTF_8);
    long state = PathHash.START;
    for (int i = 0; i < Math.min(path.length, PathRules.MAX_PATH_BYTES); i++) {
      if (path[i] == '/') {
        hashes[i] = PathHash.finish(state);
      }
      state = PathHash.step(state, path[i]);
    }
    hashes[Math.min(path.length, PathRules.MAX_PATH_BYTES)] = PathHash.finish(state);
  }

  private void unfinished() {
    if (claimed != null) {
      throw new IllegalStateException("claimed and not added: " + claimed);
    }
  }
}
