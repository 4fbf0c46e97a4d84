package dev.pointsman.agent;

import dev.pointsman.agent.config.HostConfig.DurabilityMode;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.FsyncDurability;
import java.util.function.Consumer;

/** How writes reach the disk: as configured, where the kernel can be believed to do it. */
final class DurabilityChoice {
  private DurabilityChoice() {}

  /**
   * Chooses. {@code syncfs} tells of failed writes only since Linux 5.8; before, each file is
   * synced by itself, and {@code warning} hears of it.
   *
   * @param kernel as {@code uname -r} tells it
   */
  static Durability choose(DurabilityMode wanted, String kernel, Consumer<String> warning) {
    if (wanted == DurabilityMode.FSYNC) {
      return new FsyncDurability();
    }
    if (KernelRelease.parse(kernel).filter(release -> release.isAtLeast(5, 8)).isPresent()) {
      return new SyncfsDurability();
    }
    warning.accept(
        "syncfs does not tell of failed writes on the kernel "
            + kernel
            + ", only from 5.8 on: each file is synced by itself, which takes longer."
            + " Write durability = \"fsync\" to say that this is wanted.");
    return new FsyncDurability();
  }
}
