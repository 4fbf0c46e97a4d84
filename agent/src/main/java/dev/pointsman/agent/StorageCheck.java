package dev.pointsman.agent;

import dev.pointsman.agent.linux.FileSystemType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Looks whether the file system of the root can keep what the agent promises: that a release which
 * is there is there after a power cut.
 */
final class StorageCheck {
  /** The value of {@code store.allow_filesystem} that allows every kind. */
  static final String ANY = "any";

  private static final Set<FileSystemType> PROVEN =
      EnumSet.of(FileSystemType.EXT4, FileSystemType.XFS, FileSystemType.BTRFS);
  private static final Set<FileSystemType> UNSAFE =
      EnumSet.of(
          FileSystemType.OVERLAYFS,
          FileSystemType.TMPFS,
          FileSystemType.RAMFS,
          FileSystemType.NFS,
          FileSystemType.CIFS,
          FileSystemType.SMB2,
          FileSystemType.NINE_P);

  /** What is asked of the host. */
  interface Facts {
    /** The number of the kind of file system that holds {@code path}. */
    long magic(Path path) throws IOException;

    /** The options in force of the ext4 that holds {@code path}; empty where they are not told. */
    Optional<Set<String>> ext4Options(Path path) throws IOException;
  }

  private final Facts facts;

  StorageCheck(Facts facts) {
    this.facts = facts;
  }

  /**
   * Looks at the file system of {@code root}; the result is a warning for the operator.
   *
   * @param allowed the kind that is to be used though it is unsafe
   * @throws IOException where it is unsafe and not allowed: the agent must not start
   */
  Optional<String> look(Path root, Optional<String> allowed) throws IOException {
    long magic = facts.magic(root);
    Optional<FileSystemType> type = FileSystemType.of(magic);
    String name =
        type.map(FileSystemType::toString)
            .orElseGet(() -> String.format(Locale.ROOT, "unknown (0x%x)", magic));
    if (type.filter(UNSAFE::contains).isPresent()) {
      if (allowed.filter(value -> value.equals(name) || value.equals(ANY)).isEmpty()) {
        throw new IOException(refusal(root, name));
      }
      return Optional.of(
          root
              + " is on "
              + name
              + ", which store.allow_filesystem allows: releases and journals"
              + " there may not survive a crash of the host.");
    }
    if (type.filter(PROVEN::contains).isEmpty()) {
      return Optional.of(
          root
              + " is on a file system of the kind "
              + name
              + "; that a release survives a power"
              + " cut is tested on ext4, xfs and btrfs only.");
    }
    return type.get() == FileSystemType.EXT4 ? ext4(root) : Optional.empty();
  }

  private static String refusal(Path root, String name) {
    return root
        + " is on "
        + name
        + ", which cannot promise that a release survives a crash: put it on ext4, xfs or btrfs,"
        + " or, to try things out, write allow_filesystem = \""
        + name
        + "\" under [store] in the host file";
  }

  private Optional<String> ext4(Path root) throws IOException {
    Optional<Set<String>> options = facts.ext4Options(root);
    if (options.isEmpty()) {
      return Optional.empty();
    }
    if (options.get().contains("data=writeback")) {
      return Optional.of(
          root
              + " is on an ext4 that is mounted with data=writeback: after a power cut files can"
              + " have other content than was written. Mount it with data=ordered, the default.");
    }
    if (options.get().stream().noneMatch(option -> option.startsWith("data="))) {
      return Optional.of(
          root
              + " is on an ext4 without a journal: after a power cut it needs fsck, and can lose"
              + " what was on disk. Give it one: tune2fs -O has_journal DEVICE, unmounted.");
    }
    return Optional.empty();
  }
}
