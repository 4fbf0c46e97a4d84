package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.intake.DiskSpace.Free;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest;
import java.io.IOException;
import java.nio.file.Path;

/** Refuses by the signed numbers what the host does not allow or could not hold. */
final class Preflight {
  private static final int RESERVE_PERCENT = 5;

  /** What a small file costs beyond its bytes on the usual file systems. */
  private static final long BLOCK = 4_096;

  private final LimitsConfig limits;
  private final DiskSpace disk;
  private final Path root;

  Preflight(LimitsConfig limits, DiskSpace disk, Path root) {
    this.limits = limits;
    this.disk = disk;
    this.root = root;
  }

  void check(Manifest manifest) throws Rejected, IOException {
    long entries = 0;
    long bytes = 0;
    long spooled = 0;
    if (manifest.tree().isPresent()) {
      Manifest.Tree tree = manifest.tree().get();
      limit(ErrorCode.LIMIT_LIST, "tree.size", tree.size(), limits.listBytes());
      limit(ErrorCode.LIMIT_ENTRIES, "tree.links", tree.links(), limits.links());
      entries = (long) tree.files() + tree.links();
      bytes = tree.bytes();
      spooled += tree.size();
    }
    if (manifest.archive().isPresent()) {
      Manifest.Archive archive = manifest.archive().get();
      limit(ErrorCode.LIMIT_BYTES, "archive.size", archive.size(), limits.treeBytes());
      entries = Math.max(entries, archive.files());
      bytes = Math.max(bytes, archive.bytes());
      spooled += archive.size();
    }
    limit(ErrorCode.LIMIT_ENTRIES, "files", entries, limits.entries());
    limit(ErrorCode.LIMIT_BYTES, "bytes", bytes, limits.treeBytes());
    checkDisk(bytes + spooled + entries * BLOCK, entries);
  }

  private void checkDisk(long bytes, long inodes) throws Rejected, IOException {
    Free free = disk.on(root);
    long reserve = free.totalBytes() / 100 * RESERVE_PERCENT;
    if (free.usableBytes() - reserve < bytes) {
      throw new Rejected(
          ErrorCode.DISK_SPACE,
          "The release needs up to %d bytes; %d are free on %s, of which %d stay reserved."
              .formatted(bytes, free.usableBytes(), root, reserve));
    }
    if (free.inodes() < inodes) {
      throw new Rejected(
          ErrorCode.DISK_INODES,
          "The release needs %d inodes; %d are free on %s.".formatted(inodes, free.inodes(), root));
    }
  }

  private static void limit(ErrorCode code, String key, long value, long limit) throws Rejected {
    if (value > limit) {
      throw new Rejected(
          code, "release.json announces " + value + "; this host allows " + limit + ".", key);
    }
  }
}
