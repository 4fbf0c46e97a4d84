package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A release that lies complete on disk.
 *
 * @param digest SHA-256 of release.json, hex
 * @param signers principals whose signatures were counted when it was accepted
 * @param files regular files
 * @param bytes of all files together
 * @param directory where it lies
 */
public record StagedRelease(
    ReleaseId id,
    Manifest manifest,
    String digest,
    List<String> signers,
    Instant stagedAt,
    int files,
    long bytes,
    Path directory) {
  public StagedRelease {
    signers = List.copyOf(signers);
  }
}
