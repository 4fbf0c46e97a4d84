package dev.pointsman.protocol.api;

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
    UpkeepResource upkeep,
    List<String> notices) {
  public AppResource {
    workers = List.copyOf(workers);
    notices = List.copyOf(notices);
  }

  /** Where nothing was done about workers. */
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
        UpkeepResource.NONE,
        notices);
  }
}
