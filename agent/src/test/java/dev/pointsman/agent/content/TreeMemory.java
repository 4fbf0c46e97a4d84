package dev.pointsman.agent.content;

import dev.pointsman.agent.release.FileSpool;
import dev.pointsman.agent.release.MappedFile;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads or builds the largest trees there may be; {@link TreeMemoryTest} starts it with the agent's
 * heap.
 */
final class TreeMemory {
  static final int ENTRIES = 250_000;
  static final int LIST_BYTES = 64 << 20;
  private static final TreeLimits LIMITS =
      new TreeLimits(ENTRIES, 10_000, 4L << 30, 2L << 30, LIST_BYTES);
  private static final String DIGEST = "0123456789abcdef".repeat(4);
  private static final int IN_A_DIRECTORY = 1_000;

  private TreeMemory() {}

  /** {@code list FILE}, or {@code build SPOOL FILE KIND}. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[arguments.length - 1]);
    if (arguments[0].equals("build")) {
      build(Path.of(arguments[1]), file);
    }
    long started = System.nanoTime();
    ReleaseTree tree = FileList.read(MappedFile.of(file), LIMITS);
    long bytes = 0;
    for (TreeEntry.File entry : tree.files()) {
      bytes += entry.size();
      if (!tree.file(entry.path()).orElseThrow().equals(entry)) {
        throw new IllegalStateException(entry.path());
      }
    }
    System.out.printf(
        "%d files, %d bytes, %d ms%n",
        tree.files().size(), bytes, (System.nanoTime() - started) / 1_000_000);
  }

  /** In the order of no list, as archives come. */
  private static void build(Path spool, Path list) throws Exception {
    try (FileSpool entries = new FileSpool(spool);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(list), 64 << 10)) {
      TreeBuilder builder = new TreeBuilder(LIMITS, entries);
      int files = ENTRIES - ENTRIES / IN_A_DIRECTORY;
      for (int i = 0; i < files; i++) {
        int number = (int) (i * 7_919L % files);
        String path = path(number, "file-" + number);
        builder.claimFile(path, number % 10);
        builder.add(new TreeEntry.File(path, number % 2 == 0, number % 10, DIGEST));
      }
      builder.write(out);
    }
  }

  private static String path(int number, String name) {
    return "directory-" + number / IN_A_DIRECTORY + "/" + name;
  }

  /** As many files as there may be entries, with names that no file system's table is made for. */
  static void writeManyFiles(Path list) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(list), 64 << 10)) {
      line(out, FileList.HEADER);
      for (int i = 0; i < ENTRIES - 250; i++) {
        // Each name in its decomposed form, which costs the most to be checked.
        line(out, "f 644 1 " + DIGEST + "  ./d%03d/e\u0301-%06d".formatted(i / 1_000, i));
      }
    }
  }

  /** A list as long as one may be, of long paths, each file in a directory of its own. */
  static void writeLongPaths(Path list) throws IOException {
    String part = "x".repeat(230);
    long size = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(list), 64 << 10)) {
      size += line(out, FileList.HEADER);
      for (int i = 0; size < LIST_BYTES - 1_200; i++) {
        String first = "%06d%s".formatted(i, part);
        String path = String.join("/", part, part, first, "y".repeat(200));
        size += line(out, "f 644 1 " + DIGEST + "  ./" + path);
      }
    }
  }

  private static int line(OutputStream out, String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    out.write(bytes);
    return bytes.length;
  }
}
