package dev.pointsman.agent.crash;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** One thing that was done to a file system, in terms of inodes: names come and go. */
public sealed interface Effect {
  /** What an inode is. */
  enum Kind {
    FILE,
    DIRECTORY,
    LINK
  }

  /** What takes effect sooner or later, unless a crash comes first. */
  sealed interface Change extends Effect {}

  /** What returns when earlier changes have reached the disk. */
  sealed interface Barrier extends Effect {}

  /** {@code inode} exists under a first name; the two are one step of every journal. */
  record Created(
      int directory,
      String name,
      int inode,
      Kind kind,
      Set<PosixFilePermission> mode,
      String target)
      implements Change {}

  /** {@code inode} has one more name. */
  record Linked(int directory, String name, int inode) implements Change {}

  /** {@code inode} has one name less. */
  record Unlinked(int directory, String name, int inode) implements Change {}

  /** {@code inode} has another name, in one step; what had that name before has lost it. */
  record Renamed(int from, String was, int to, String name, int inode) implements Change {}

  /** Bytes of a file. */
  record Written(int inode, long at, byte[] bytes) implements Change {}

  /** The length of a file. */
  record Resized(int inode, long size) implements Change {}

  /** Mode or time, or both. */
  record Attributes(int inode, Optional<Set<PosixFilePermission>> mode, Optional<FileTime> modified)
      implements Change {}

  /** fsync of a file: its content and attributes, not its name. */
  record FileSynced(int inode) implements Barrier {}

  /** fsync of a directory: the names in it, not what they name. */
  record DirectorySynced(int inode) implements Barrier {}

  /** syncfs: everything. */
  record AllSynced() implements Barrier {}

  /** Something was promised to somebody, or is now under way; no effect on the disk. */
  record Marked(Object what) implements Effect {}
}
