package dev.pointsman.agent;

import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.Deployment;
import dev.pointsman.agent.deployment.Deployments;
import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What operators ask of an app. Each is refused where its socket was lost or its release is
 * tainted, and none is begun while retention decides what can go.
 */
record AppOrders(
    AppLedger ledger,
    AppSockets socket,
    AppRetention retention,
    AppTrust trust,
    Deployments deployments,
    WorkerPool workers) {

  /** Asks for a deployment; blocks for a write to the journal. */
  DeploymentResource deploy(ReleaseId release, Control.Overrides overrides, String requestedBy)
      throws Rejected, IOException {
    socket.requireAll();
    synchronized (retention) {
      trust.requireUntainted(release, overrides.allowTainted(), requestedBy);
      return AppView.deployment(
          deployments.deploy(release, overrides.force(), requestedBy), workers.slots());
    }
  }

  /** Asks for a rollback; blocks for a write to the journal. */
  DeploymentResource rollback(@Nullable ReleaseId release, boolean allowTainted, String requestedBy)
      throws Rejected, IOException {
    socket.requireAll();
    synchronized (retention) {
      ReleaseId target =
          release != null
              ? release
              : ledger.state().previousGood().map(Generation::release).orElse(null);
      if (target != null) {
        trust.requireUntainted(target, allowTainted, requestedBy);
      }
      return AppView.deployment(deployments.rollback(release, requestedBy), workers.slots());
    }
  }

  /** Asks for something to be done with the workers; blocks for a write to the journal. */
  DeploymentResource order(Control.Order order, boolean allowTainted, String requestedBy)
      throws Rejected, IOException {
    boolean starts = !(order instanceof Control.Order.Stop);
    if (starts) {
      socket.requireAll();
    }
    synchronized (retention) {
      ReleaseId target =
          order instanceof Control.Order.Start(ReleaseId release) && release != null
              ? release
              : Optional.ofNullable(ledger.state().wanted()).map(Generation::release).orElse(null);
      if (order instanceof Control.Order.Start && target != null) {
        trust.requireUntainted(target, allowTainted, requestedBy);
      }
      Deployment begun =
          switch (order) {
            case Control.Order.Restart(Integer slot) -> deployments.restart(slot, requestedBy);
            case Control.Order.Scale(int instances) -> deployments.scale(instances, requestedBy);
            case Control.Order.Stop _ -> deployments.stop(requestedBy);
            case Control.Order.Start(ReleaseId release) -> deployments.start(release, requestedBy);
          };
      return AppView.deployment(begun, workers.slots());
    }
  }
}
