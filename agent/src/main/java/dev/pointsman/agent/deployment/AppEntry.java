package dev.pointsman.agent.deployment;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Instant;

/** One record of an app's journal. The names are on disk: they are never changed or reused. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = AppEntry.Opened.class, name = "opened"),
  @JsonSubTypes.Type(value = AppEntry.Staged.class, name = "staged"),
  @JsonSubTypes.Type(value = AppEntry.Removed.class, name = "removed"),
  @JsonSubTypes.Type(value = AppEntry.Listening.class, name = "listening"),
  @JsonSubTypes.Type(value = AppEntry.AlsoListening.class, name = "also-listening"),
  @JsonSubTypes.Type(value = AppEntry.Environment.class, name = "environment"),
  @JsonSubTypes.Type(value = AppEntry.SequenceReset.class, name = "sequence-reset"),
  @JsonSubTypes.Type(value = AppEntry.TaintAllowed.class, name = "taint-allowed"),
  @JsonSubTypes.Type(value = AppEntry.Pinned.class, name = "pinned"),
  @JsonSubTypes.Type(value = AppEntry.Unpinned.class, name = "unpinned"),
  @JsonSubTypes.Type(value = DeploymentEntry.Begun.class, name = "begun"),
  @JsonSubTypes.Type(value = DeploymentEntry.RestartBegun.class, name = "restart-begun"),
  @JsonSubTypes.Type(value = DeploymentEntry.ScaleBegun.class, name = "scale-begun"),
  @JsonSubTypes.Type(value = DeploymentEntry.StopBegun.class, name = "stop-begun"),
  @JsonSubTypes.Type(value = DeploymentEntry.StartBegun.class, name = "start-begun"),
  @JsonSubTypes.Type(value = DeploymentEntry.SlotsStarted.class, name = "slots-started"),
  @JsonSubTypes.Type(value = DeploymentEntry.Flipped.class, name = "flipped"),
  @JsonSubTypes.Type(value = DeploymentEntry.SlotReplaced.class, name = "slot-replaced"),
  @JsonSubTypes.Type(value = DeploymentEntry.SlotRetired.class, name = "slot-retired"),
  @JsonSubTypes.Type(value = DeploymentEntry.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = DeploymentEntry.Ended.class, name = "ended")
})
public sealed interface AppEntry
    permits AppEntry.Opened,
        AppEntry.Staged,
        AppEntry.Removed,
        AppEntry.Listening,
        AppEntry.AlsoListening,
        AppEntry.Environment,
        AppEntry.SequenceReset,
        AppEntry.TaintAllowed,
        AppEntry.Pinned,
        AppEntry.Unpinned,
        DeploymentEntry {
  /** When it happened, by this host's clock. */
  Instant at();

  /**
   * The agent started for the {@code run}-th time with this app; {@code format} is the journal's
   * version.
   */
  record Opened(int format, long run, Instant at) implements AppEntry {
    /** The version that this agent writes. */
    public static final int FORMAT = 1;
  }

  /** A release was received, checked and sealed. {@code digest}: SHA-256 of release.json, hex. */
  record Staged(ReleaseId release, long sequence, String digest, Instant at) implements AppEntry {}

  /** A release was removed by retention. */
  record Removed(ReleaseId release, Instant at) implements AppEntry {}

  /**
   * The shared socket of the app's first port is bound; {@code inode} tells it from others for as
   * long as {@code boot} lasts.
   */
  record Listening(long inode, String boot, Instant at) implements AppEntry {}

  /** The same for a further port of the app, at {@code address}. */
  record AlsoListening(String address, long inode, String boot, Instant at) implements AppEntry {}

  /**
   * The app is in {@code environment} from now on: each has its own sequence numbers. What was
   * staged before the first of these belongs to it.
   */
  record Environment(String environment, Instant at) implements AppEntry {}

  /**
   * An operator said that {@code sequence} is the highest accepted one, and that this host's clock
   * is right.
   */
  record SequenceReset(long sequence, String reason, String requestedBy, Instant at)
      implements AppEntry {}

  /**
   * An operator let {@code release} be activated although it is tainted, for the reason {@code
   * taint}. For those who look back: it changes nothing.
   */
  record TaintAllowed(ReleaseId release, String taint, String requestedBy, Instant at)
      implements AppEntry {}

  /** Retention leaves {@code release} alone from now on. */
  record Pinned(ReleaseId release, String requestedBy, Instant at) implements AppEntry {}

  /** Retention may remove {@code release} again. */
  record Unpinned(ReleaseId release, String requestedBy, Instant at) implements AppEntry {}
}
