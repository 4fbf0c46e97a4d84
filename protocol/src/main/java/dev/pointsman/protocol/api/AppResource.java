package dev.pointsman.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One app as it is.
 *
 * @param release the wanted one: of the last successful deployment
 * @param generation first 12 hex digits of the digest of release, configuration and environment
 * @param listen {@code host:port} of the shared socket
 * @param workers every process of the app, draining ones too; by slot, then by age
 * @param deployment the running one, else the last
 * @param scaled that an operator wants another number of workers than the app's file says
 * @param stopped that an operator stopped the app
 * @param pending what the app's files say that the workers do not run with yet, one line each
 * @param upkeep what was done about workers between deployments
 * @param notices what an operator should know, one sentence each; empty when all is well
 */
public record AppResource(
    String app,
    AppCondition condition,
    @Nullable String release,
    @Nullable String generation,
    String listen,
    int instances,
    List<WorkerResource> workers,
    @Nullable DeploymentResource deployment,
    @Nullable Scaled scaled,
    @Nullable Stopped stopped,
    List<String> pending,
    UpkeepResource upkeep,
    List<String> notices) {
  public AppResource {
    workers = List.copyOf(workers);
    pending = pending == null ? List.of() : List.copyOf(pending); // An older agent's has none.
    notices = List.copyOf(notices);
  }

  /** One that runs as its files say, and about whose workers nothing was done. */
  public AppResource(
      String app,
      AppCondition condition,
      @Nullable String release,
      @Nullable String generation,
      String listen,
      int instances,
      List<WorkerResource> workers,
      @Nullable DeploymentResource deployment,
      List<String> notices) {
    this(
        app,
        condition,
        release,
        generation,
        listen,
        instances,
        workers,
        deployment,
        null,
        null,
        List.of(),
        UpkeepResource.NONE,
        notices);
  }

  /**
   * An operator's number of workers.
   *
   * @param instances what the app's file says; when that changes, it counts again
   */
  public record Scaled(int instances, String by, Instant at) {}

  /** Who stopped the app, and when. */
  public record Stopped(String by, Instant at) {}
}
