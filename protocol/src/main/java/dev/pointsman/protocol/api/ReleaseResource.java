package dev.pointsman.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One release on this host.
 *
 * @param digest SHA-256 of release.json, hex
 * @param signers principals whose signatures were counted
 * @param current whether {@code current} names it
 * @param pinned whether retention leaves it alone
 * @param tainted why its signatures are not worth anything any more; null where they are
 */
public record ReleaseResource(
    String app,
    String release,
    ReleaseState state,
    boolean current,
    long sequence,
    String digest,
    List<String> signers,
    Instant created,
    Instant stagedAt,
    int files,
    long bytes,
    boolean pinned,
    @Nullable String tainted) {
  public ReleaseResource {
    signers = List.copyOf(signers);
  }
}
