package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
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

  /** The app's last deployments, newest first, bounded. */
  List<DeploymentResource> deployments(AppName app) throws Rejected;

  /** One deployment; rejects with {@code deployment.unknown}. */
  DeploymentResource deployment(String id) throws Rejected;

  /**
   * Asks for {@code release} to be deployed; blocks until that is journaled, not until it is done.
   * {@code force} deploys in spite of a bad mark or an unhealthy pool.
   */
  DeploymentResource deploy(AppName app, ReleaseId release, boolean force, String requestedBy)
      throws Rejected;

  /**
   * Asks to go back to {@code release}, or to the last good one before the current; blocks until
   * that is journaled.
   */
  DeploymentResource rollback(AppName app, @Nullable ReleaseId release, String requestedBy)
      throws Rejected;

  /**
   * Receives and stages a bundle; blocks until it is durable or refused. {@code body} is read as
   * far as its bytes are trusted and bounded.
   *
   * @throws IOException where {@code body} broke
   */
  StagedResource receive(AppName app, ReleaseId release, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException;

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
}
