package dev.pointsman.agent.content;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.content.DiskSpace.Free;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;

/** Refuses by the signed numbers what the host does not allow or could not hold. */
public final class Preflight {
  private static final int RESERVE_PERCENT = 5;

  /** What a small file costs beyond its bytes on the usual file systems. */
  private static final long BLOCK = 4_096;

  private final LimitsConfig limits;
  private final DiskSpace disk;
  private final Path root;

  public Preflight(LimitsConfig limits, DiskSpace disk, Path root) {
    this.limits = limits;
    this.disk = disk;
    this.root = root;
  }

  /** Holds the signed counts against the host's limits. */
  public void checkLimits(Manifest manifest) throws Rejected {
    long entries = 0;
    long bytes = 0;
    if (manifest.tree().isPresent()) {
      Manifest.Tree tree = manifest.tree().get();
      limit(ErrorCode.LIMIT_LIST, "tree.size", tree.size(), limits.listBytes());
      limit(ErrorCode.LIMIT_ENTRIES, "tree.links", tree.links(), limits.links());
      entries = (long) tree.files() + tree.links();
      bytes = tree.bytes();
    }
    if (manifest.archive().isPresent()) {
      Manifest.Archive archive = manifest.archive().get();
      limit(ErrorCode.LIMIT_BYTES, "archive.size", archive.size(), limits.treeBytes());
      entries = Math.max(entries, archive.files());
      bytes = Math.max(bytes, archive.bytes());
    }
    limit(ErrorCode.LIMIT_ENTRIES, "files", entries, limits.entries());
    limit(ErrorCode.LIMIT_BYTES, "bytes", bytes, limits.treeBytes());
  }

  /** Whether there is room for the list. */
  public void checkList(Manifest.Tree tree) throws Rejected, IOException {
    checkDisk(tree.size(), 1);
  }

  /** Whether there is room for an archive and what is in it. */
  public void checkArchive(Manifest.Archive archive) throws Rejected, IOException {
    checkDisk(archive.bytes() + archive.size() + archive.files() * BLOCK, archive.files());
  }

  /**
   * Whether there is room for what of a tree is missing, and for the tree.
   *
   * @param spooled bytes that are kept besides until they are checked
   */
  public void checkTree(ReleaseTree tree, BitSet missing, Sharing sharing, long spooled)
      throws Rejected, IOException {
    long files = missing.cardinality();
    long bytes = missing.stream().mapToLong(number -> tree.files().get(number).size()).sum();
    if (sharing == Sharing.COPY) { // All of the tree, and what is missing for the store as well.
      files += tree.files().size();
      bytes += tree.bytes();
    }
    long others = (long) tree.links().size() + tree.emptyDirectories().size();
    checkDisk(bytes + spooled + (files + others) * BLOCK, files + others);
  }

  /** Whether there is room for so many more bytes of one file. */
  void checkBlob(long bytes) throws Rejected, IOException {
    checkDisk(bytes, 1);
  }

  /** The refusal that {@code error} amounts to, if the disk was full; asked before it is freed. */
  public Optional<Rejected> full(IOException error) {
    return DiskFull.of(error, () -> disk.on(root).inodes());
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
