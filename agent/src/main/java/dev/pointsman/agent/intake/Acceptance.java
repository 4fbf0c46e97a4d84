package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.IOException;
import java.time.Instant;

/** What the app's journal knows and has to know about uploads. */
public interface Acceptance {
  /** The latest time that the app's journal has seen. */
  Instant latest(AppName app);

  /** Whether the app's journal takes nothing any more, because a write failed. */
  boolean isReadonly(AppName app);

  /** The sequence numbers accepted so far. */
  SequenceFloor floor(AppName app);

  /**
   * Notes that {@code release} is staged; returns when that is on disk. Where it throws, the
   * release is taken back.
   */
  void staged(AppName app, StagedRelease release) throws IOException;

  /** Whether nothing uses {@code release}, so that a damaged one may give way to a fresh upload. */
  boolean mayReplace(AppName app, ReleaseId release);
}
