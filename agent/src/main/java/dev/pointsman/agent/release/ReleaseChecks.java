package dev.pointsman.agent.release;

import dev.pointsman.agent.store.StampProbe;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Compares releases on disk with what was received and believed. Any thread; holds no lock. */
final class ReleaseChecks {
  private final Layout layout;

  ReleaseChecks(Layout layout) {
    this.layout = layout;
  }

  /**
   * Looks whether the files of {@code id} are as they were staged, without reading them. Rejects
   * with {@code release.damaged}, naming the first that is not, or {@code release.unknown}. Files
   * that the app added to its directory do no harm.
   */
  void verify(ReleaseId id) throws Rejected, IOException {
    check(id).cheap();
  }

  /** As {@link #verify}, and reads every file, and refuses files that were added. */
  void verifyFully(ReleaseId id) throws Rejected, IOException {
    check(id).full();
  }

  /** As {@link #verifyFully}, and tells all that is wrong; rejects with {@code release.unknown}. */
  Findings inspect(ReleaseId id) throws Rejected {
    Path release = layout.release(id);
    if (!Files.isDirectory(release, LinkOption.NOFOLLOW_LINKS)) {
      throw unknown(id);
    }
    Findings findings = new Findings();
    ReleaseInspection.inspect(release, layout.evidence(id).directory(), findings);
    return findings;
  }

  private TreeCheck check(ReleaseId id) throws Rejected, IOException {
    Path release = layout.release(id);
    if (!Files.isDirectory(release, LinkOption.NOFOLLOW_LINKS)) {
      throw unknown(id);
    }
    Evidence evidence = layout.evidence(id);
    try {
      Seal seal = evidence.seal();
      evidence.manifest(seal);
      return new TreeCheck(release, evidence.tree(seal), () -> StampProbe.run(layout.incoming()));
    } catch (IOException e) {
      Rejected damaged =
          new Rejected(
              ErrorCode.RELEASE_DAMAGED,
              "The evidence of " + id + " cannot be used: " + e.getMessage(),
              "meta/" + id);
      damaged.initCause(e);
      throw damaged;
    }
  }

  static Rejected unknown(ReleaseId id) {
    return new Rejected(ErrorCode.RELEASE_UNKNOWN, "The release " + id + " is not here.");
  }
}
