package dev.pointsman.agent.linux;

import java.util.Arrays;
import java.util.Optional;

/** File systems by the number that {@code statfs(2)} gives ({@code linux/magic.h}). */
public enum FileSystemType {
  EXT4(0xEF53, "ext4"),
  XFS(0x58465342, "xfs"),
  BTRFS(0x9123683EL, "btrfs"),
  OVERLAYFS(0x794C7630, "overlayfs"),
  TMPFS(0x01021994, "tmpfs"),
  RAMFS(0x858458F6L, "ramfs"),
  NFS(0x6969, "nfs"),
  CIFS(0xFF534D42L, "cifs"),
  SMB2(0xFE534D42L, "smb2"),
  NINE_P(0x01021997, "9p"),
  FUSE(0x65735546, "fuse"),
  ZFS(0x2FC12FC1, "zfs"),
  F2FS(0xF2F52010L, "f2fs");

  private final long magic;
  private final String text;

  FileSystemType(long magic, String text) {
    this.magic = magic;
    this.text = text;
  }

  /** The type with this magic number, if it is one of these. */
  public static Optional<FileSystemType> of(long magic) {
    return Arrays.stream(values()).filter(type -> type.magic == magic).findFirst();
  }

  @Override
  public String toString() {
    return text;
  }
}
