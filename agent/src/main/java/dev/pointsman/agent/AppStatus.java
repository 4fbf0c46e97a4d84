package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.AppState;
import dev.pointsman.agent.deployment.DeploymentId;
import dev.pointsman.agent.deployment.Deployments;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be seen of an app, put together from its parts. Any thread. */
record AppStatus(
    AppLedger ledger,
    ReleaseStore releases,
    AppTaint taint,
    WorkerPool workers,
    AppPlanning planning,
    Deployments deployments) {

  /** The app as it is now; does not block. */
  AppResource view(AppConfig config, List<String> notices) {
    AppState state = ledger.state();
    Map<Integer, WorkerPool.Slot> slots = workers.slots();
    int instances = deployments.slots();
    return new AppResource(
        config.name().value(),
        AppView.condition(state, instances, slots),
        state.wanted() == null ? null : state.wanted().release().value(),
        state.wanted() == null ? null : state.wanted().shortDigest(),
        config.listening(),
        instances,
        workers.workers(),
        state.latest().map(deployment -> AppView.deployment(deployment, slots)).orElse(null),
        AppView.scaled(state.standing(), config.instances()),
        AppView.stopped(state.standing()),
        planning.pending(),
        workers.upkeep(),
        notices);
  }

  /** The releases that are here, newest first; reads their evidence from disk. */
  List<ReleaseResource> listReleases() throws IOException {
    AppState state = ledger.state();
    @Nullable ReleaseId current = releases.current().orElse(null);
    return releases.list().stream()
        .map(release ->
            AppView.release(release, state, current, taint.why(release.id()).orElse(null)))
        .toList();
  }

  /** The deployments that are remembered, newest first. */
  List<DeploymentResource> listDeployments() {
    AppState state = ledger.state();
    Map<Integer, WorkerPool.Slot> slots = workers.slots();
    List<DeploymentResource> all = new ArrayList<>();
    if (state.running() != null) {
      all.add(AppView.deployment(state.running(), slots));
    }
    state.ended().reversed().forEach(deployment -> all.add(AppView.deployment(deployment, slots)));
    return all;
  }

  /** One deployment; rejects what is not remembered. */
  DeploymentResource deployment(DeploymentId id) throws Rejected {
    return ledger
        .state()
        .deployment(id)
        .map(deployment -> AppView.deployment(deployment, workers.slots()))
        .orElseThrow(() ->
            new Rejected(
                ErrorCode.DEPLOYMENT_UNKNOWN,
                "Deployment " + id + " is not remembered on this host.",
                id.toString()));
  }

  /** Blocks until the deployment is over or {@code limit} has passed. */
  DeploymentResource await(DeploymentId id, Duration limit) throws Rejected, InterruptedException {
    deployments.await(id, limit);
    return deployment(id);
  }
}
