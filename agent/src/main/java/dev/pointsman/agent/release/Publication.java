package dev.pointsman.agent.release;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;

/**
 * Makes a finished tree a release: evidence and tree are brought to disk in the session, then
 * renamed. Used once, by the upload's thread.
 */
final class Publication {
  private final Layout layout;
  private final Durability durability;
  private final Clock clock;

  Publication(Layout layout, Durability durability, Clock clock) {
    this.layout = layout;
    this.durability = durability;
    this.clock = clock;
  }

  /** Brings all of it to disk and new content into the store; returns where the evidence is. */
  Path prepare(
      Staging staging,
      ReleaseStore.Statement statement,
      ReleaseTree tree,
      ReleaseStore.Keeping keeping)
      throws Rejected, IOException {
    Seal seal =
        new Seal(
            statement.digest(),
            Sha256.ofFile(staging.list()),
            tree.files().size(),
            tree.bytes(),
            clock.instant(),
            statement.signers());
    Path evidence = new EvidenceWriter(staging).write(statement.head(), seal);
    durability.barrier(staging.directory());
    keeping.keep();
    return evidence;
  }

  /** Renames both; the caller holds the lock of the release store. */
  StagedRelease appear(ReleaseId id, Path evidence, Path tree) throws Rejected, IOException {
    Path release = layout.release(id);
    if (Files.exists(release, LinkOption.NOFOLLOW_LINKS)) {
      throw new Rejected(ErrorCode.RELEASE_EXISTS, "The release " + id + " is here already.");
    }
    Path meta = layout.evidence(id).directory();
    Deletion.delete(meta); // Without its release it is a leftover.
    try {
      Files.move(evidence, meta, StandardCopyOption.ATOMIC_MOVE);
      durability.syncDirectory(layout.meta());
      Files.move(tree, release, StandardCopyOption.ATOMIC_MOVE);
      durability.syncDirectory(layout.releases());
      return layout.evidence(id).release(id, release);
    } catch (IOException e) {
      undo(id, e);
      throw e;
    }
  }

  /** What may not be on disk must not be seen, or the next start could miss it. */
  private void undo(ReleaseId id, IOException cause) {
    Path tree = layout.release(id);
    try {
      tree = Layout.discard(layout.releases(), id);
    } catch (IOException e) {
      cause.addSuppressed(e); // A full disk may have no room for another name: in place, then.
    }
    try {
      Deletion.delete(tree);
      Deletion.delete(layout.evidence(id).directory());
    } catch (IOException e) {
      cause.addSuppressed(e); // Recovery does it at the next start.
    }
  }
}
