package dev.pointsman.agent.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A file system in memory: inodes, and what changes do to them. Not thread-safe. */
final class Disk {
  static final int ROOT = 0;
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Map<Integer, Inode> inodes = new HashMap<>();

  /** What a name leads to. */
  private static final class Inode {
    final Effect.Kind kind;
    final String target;
    final Map<String, Integer> names;
    Set<PosixFilePermission> mode;
    FileTime modified = FileTime.fromMillis(1_500_000_000_000L); // Whenever it was written.
    byte[] content = {};

    Inode(Effect.Kind kind, Set<PosixFilePermission> mode, String target) {
      this.kind = kind;
      this.mode = mode;
      this.target = target;
      this.names = new TreeMap<>();
    }
  }

  Disk() {
    inodes.put(ROOT, new Inode(Effect.Kind.DIRECTORY, PRIVATE, ""));
  }

  /** What {@code name} is in {@code directory}; -1 where it is nothing. */
  int lookup(int directory, String name) {
    return inodes.get(directory).names.getOrDefault(name, -1);
  }

  /** An inode comes into being, without a name: another one may be on disk before its first. */
  void prepare(Effect.Created it) {
    inodes.put(it.inode(), new Inode(it.kind(), it.mode(), it.target()));
  }

  /** Makes {@code change} happen, to inodes that were prepared. */
  void apply(Effect.Change change) {
    switch (change) {
      case Effect.Created it -> name(it.directory(), it.name(), it.inode());
      case Effect.Linked it -> name(it.directory(), it.name(), it.inode());
      case Effect.Unlinked it -> unname(it.directory(), it.name(), it.inode());
      case Effect.Renamed it -> {
        unname(it.from(), it.was(), it.inode());
        name(it.to(), it.name(), it.inode());
      }
      case Effect.Written it -> write(inodes.get(it.inode()), (int) it.at(), it.bytes());
      case Effect.Resized it -> {
        Inode inode = inodes.get(it.inode());
        inode.content = Arrays.copyOf(inode.content, (int) it.size());
      }
      case Effect.Attributes it -> {
        Inode inode = inodes.get(it.inode());
        it.mode().ifPresent(mode -> inode.mode = mode);
        it.modified().ifPresent(time -> inode.modified = time);
      }
    }
  }

  private void name(int directory, String name, int inode) {
    inodes.get(directory).names.put(name, inode);
  }

  private void unname(int directory, String name, int inode) {
    inodes.get(directory).names.remove(name, inode);
  }

  /** What was not written reads as zeros. */
  private static void write(Inode inode, int at, byte[] bytes) {
    if (inode.content.length < at + bytes.length) {
      inode.content = Arrays.copyOf(inode.content, at + bytes.length);
    }
    System.arraycopy(bytes, 0, inode.content, at, bytes.length);
  }

  /** Everything that can be reached, as one digest: two disks with the same are the same. */
  String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest(digest, ROOT, new HashMap<>());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void digest(MessageDigest digest, int number, Map<Integer, Integer> seen) {
    Integer before = seen.putIfAbsent(number, seen.size());
    Inode inode = inodes.get(number);
    String head = before + " " + inode.kind + inode.mode + inode.modified + inode.target;
    digest.update((head + inode.content.length + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(inode.content);
    if (before == null) {
      inode.names.forEach((name, child) -> {
        digest.update((name + "/").getBytes(StandardCharsets.UTF_8));
        digest(digest, child, seen);
      });
      digest.update((byte) '.');
    }
  }

  /** Makes all that can be reached real, in the empty directory {@code target}. */
  void materialize(Path target) throws IOException {
    Files.createDirectories(target);
    fill(inodes.get(ROOT), target, new HashMap<>());
  }

  private void fill(Inode directory, Path target, Map<Integer, Path> made) {
    directory.names.forEach((name, number) -> {
      try {
        make(number, target.resolve(name), made);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private void make(int number, Path path, Map<Integer, Path> made) throws IOException {
    Inode inode = inodes.get(number);
    Path first = made.putIfAbsent(number, path);
    switch (inode.kind) {
      case LINK -> Files.createSymbolicLink(path, Path.of(inode.target));
      case DIRECTORY -> {
        Files.createDirectory(path);
        fill(inode, path, made);
        Files.setPosixFilePermissions(path, inode.mode);
      }
      case FILE -> {
        if (first != null) {
          Files.createLink(path, first);
          return;
        }
        Files.write(path, inode.content);
        PosixFileAttributeView view =
            Files.getFileAttributeView(
                path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        view.setPermissions(inode.mode);
        view.setTimes(inode.modified, null, null);
      }
    }
  }
}
