package dev.pointsman.agent.http;

import dev.pointsman.agent.logs.LogQuery;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.LogLineResource;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.api.VerificationResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP API asks of the agent. Any thread may call; those that say so block, and are not
 * for an event loop.
 */
public interface Control {
  /** Every configured app, by name. */
  List<AppResource> apps();

  /** One app; rejects with {@code app.unknown}. */
  AppResource app(AppName app) throws Rejected;

  /** The app's releases on this host, newest first; blocks for reading the disk. */
  List<ReleaseResource> releases(AppName app) throws Rejected;

  /**
   * Reads all of a release and tells what is wrong with it; blocks as long as that takes. One at a
   * time: rejects with {@code limit.rate} while another one is read.
   */
  VerificationResource verify(AppName app, ReleaseId release) throws Rejected;

  /** The app's last deployments, newest first, bounded. */
  List<DeploymentResource> deployments(AppName app) throws Rejected;

  /** One deployment; rejects with {@code deployment.unknown}. */
  DeploymentResource deployment(String id) throws Rejected;

  /**
   * What an administrator takes upon himself.
   *
   * @param force deploy in spite of a bad mark or an unhealthy pool
   * @param allowTainted activate a release whose signers are revoked
   */
  record Overrides(boolean force, boolean allowTainted) {
    /** Nothing. */
    public static final Overrides NONE = new Overrides(false, false);
  }

  /**
   * Asks for {@code release} to be deployed; blocks until that is journaled, not until it is done.
   */
  DeploymentResource deploy(AppName app, ReleaseId release, Overrides overrides, String requestedBy)
      throws Rejected;

  /**
   * Asks to go back to {@code release}, or to the last good one before the current; blocks until
   * that is journaled.
   */
  DeploymentResource rollback(
      AppName app, @Nullable ReleaseId release, boolean allowTainted, String requestedBy)
      throws Rejected;

  /** What can be asked to be done with an app's workers. */
  sealed interface Order {
    /** Start them anew, one at a time; {@code slot}: only this one, null: all. */
    record Restart(@Nullable Integer slot) implements Order {}

    /** Have so many. */
    record Scale(int instances) implements Order {}

    /** Have none, until {@link Start}. */
    record Stop() implements Order {}

    /** Have them back; {@code release}: of this one, null: of what ran before. */
    record Start(@Nullable ReleaseId release) implements Order {}
  }

  /**
   * Asks for {@code order}; blocks until that is journaled, not until it is done.
   *
   * @param allowTainted start a release whose signers are revoked
   */
  DeploymentResource order(AppName app, Order order, boolean allowTainted, String requestedBy)
      throws Rejected;

  /**
   * What a deployment of {@code release} would do now; null: of the release that the app is to run.
   * Blocks for reading the configuration and the disk.
   */
  PlanResource plan(AppName app, @Nullable ReleaseId release) throws Rejected;

  /**
   * Reads the configuration again; {@code apply} begins the deployments that it asks for. Rejects
   * with {@code config.invalid}, and goes by the old one, where there is a mistake in it.
   */
  ReloadResource reload(boolean apply, String requestedBy) throws Rejected;

  /** Who is trusted here, and what of it can count now; blocks for reading the trust files. */
  TrustResource trust();

  /**
   * What would be said to a manifest with these signatures, without its content; blocks for reading
   * the trust files.
   */
  TrustReport judge(AppName app, byte[] manifest, SortedMap<String, byte[]> signatures)
      throws Rejected;

  /**
   * Sets the highest accepted sequence number; blocks until that is journaled. {@code reason} is
   * for those who look back.
   */
  SequenceResource resetSequence(AppName app, long sequence, String reason, String requestedBy)
      throws Rejected;

  /** How far an upload has come. */
  sealed interface Upload {
    /** The release is staged. */
    record Complete(StagedResource staged) implements Upload {}

    /** The bundle is trusted; content is still to be sent. */
    record Incomplete(Missing missing) implements Upload {}
  }

  /**
   * What an upload session lacks.
   *
   * @param files files to be sent: one for each content that is not here
   * @param bytes their sizes together
   * @param expires when the session and what it holds are given up
   * @param paths {@code ./path} of each file, in the order of the list; made while it is read
   */
  record Missing(int files, long bytes, Instant expires, Iterable<String> paths) {}

  /** How content travels in a pack, by its media type. */
  enum PackFormat {
    TAR,
    TAR_GZIP,
    TAR_ZSTD
  }

  /**
   * A part of one file that is sent by itself.
   *
   * @param offset where the body begins in the file
   * @param end the offset after its last byte, or -1 where that is not known
   * @param total the size of the file, or -1 where that is not known
   */
  record Part(long offset, long end, long total) {}

  /** How much of one file is here; {@code complete} when its digest was found right. */
  record Blob(long offset, long size, boolean complete) {}

  /**
   * Receives a bundle; blocks until it is durable, waits for content, or is refused. {@code body}
   * is read as far as its bytes are trusted and bounded. Without a payload it opens a session, or
   * goes on with the one that the same manifest opened before.
   *
   * @throws IOException where {@code body} broke
   */
  Upload receive(AppName app, ReleaseId release, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException;

  /**
   * Receives files for the session of {@code release}: a tar of files that are missing. The release
   * is staged when none is missing any more.
   */
  Upload receivePack(
      AppName app, ReleaseId release, PackFormat format, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException;

  /** What the session of {@code release} lacks; rejects with {@code session.unknown}. */
  Missing missing(AppName app, ReleaseId release) throws Rejected;

  /** Gives up the session of {@code release}; rejects with {@code session.unknown}. */
  void discard(AppName app, ReleaseId release) throws Rejected;

  /** How much of a file is here that an open session of the app lacks or has received. */
  Blob blob(AppName app, String sha256) throws Rejected;

  /**
   * Receives a part of a file that an open session of the app lacks. What came before a break is
   * kept, and {@link #blob} tells how much that is.
   */
  Blob receiveBlob(AppName app, String sha256, Part part, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException;

  /**
   * The list of a staged release's files, as it was signed for; rejects with {@code
   * release.unknown}.
   */
  Path fileList(AppName app, ReleaseId release) throws Rejected;

  /** Lines of an app's workers, as they come. One thread. */
  interface LogLines {
    /** The last ones at first, then those that came since; blocks for reading the disk. */
    List<LogLineResource> next() throws Rejected;
  }

  /** What the app's workers wrote, and write. */
  LogLines logs(AppName app, LogQuery query) throws Rejected;

  /** Blocks until the deployment is over or {@code limit} has passed, then returns it. */
  DeploymentResource await(String id, Duration limit) throws Rejected, InterruptedException;

  /**
   * The events after the one with id {@code after} that are still kept (all kept ones for null),
   * oldest first.
   */
  List<EventResource> eventsSince(@Nullable String after);

  /**
   * Calls {@code follower} for every event from now on, on any thread, until the result is closed.
   * It must not block.
   */
  AutoCloseable follow(Consumer<EventResource> follower);

  /**
   * Keeps a release from retention, or no longer; blocks until that is journaled. Rejects with
   * {@code release.unknown}.
   */
  ReleaseResource pin(AppName app, ReleaseId release, boolean pinned, String requestedBy)
      throws Rejected;

  /**
   * How garbage is collected.
   *
   * @param dryRun only look
   * @param now without the grace, and spare trees too
   * @param scrub begin to read all content again
   */
  record Collecting(boolean dryRun, boolean now, boolean scrub) {}

  /** Removes what retention and the store no longer need, in all apps; blocks until it is done. */
  GarbageResource collect(Collecting how) throws Rejected;
}
