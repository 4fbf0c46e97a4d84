package dev.pointsman.agent;

import dev.pointsman.agent.deployment.Deployment;
import dev.pointsman.agent.deployment.DeploymentEntry;
import dev.pointsman.agent.deployment.Deployments;
import dev.pointsman.agent.deployment.Order;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.FailureResource;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows from each step of a deployment: events for followers, and at its end the receipt and
 * the retention.
 */
final class AppHistory implements Deployments.Observer {
  private static final Logger LOG = LoggerFactory.getLogger(AppHistory.class);

  private final Host host;
  private final ReleaseStore releases;
  private final WorkerPool workers;
  private final AppRetention retention;
  private final Runnable ended;

  /** {@code ended} is told of the end of each deployment. */
  AppHistory(
      Host host,
      ReleaseStore releases,
      WorkerPool workers,
      AppRetention retention,
      Runnable ended) {
    this.ended = ended;
    this.host = host;
    this.releases = releases;
    this.workers = workers;
    this.retention = retention;
  }

  @Override
  public void happened(DeploymentEntry entry, Deployment after) {
    DeploymentResource shown = AppView.deployment(after, workers.slots());
    switch (entry) {
      case DeploymentEntry.Begun begun ->
          publish(
              "deployment.begun",
              shown,
              "Deployment " + after.id() + " of release " + begun.to().release() + " begins.");
      case DeploymentEntry.Beginning _ ->
          publish(
              "deployment.begun",
              shown,
              "Deployment " + after.id() + " begins: " + aim(after) + ".");
      case DeploymentEntry.SlotsStarted started ->
          publish(
              "deployment.slots_started",
              shown,
              "All slots serve release " + started.generation().release() + ".");
      case DeploymentEntry.Flipped flipped ->
          publish(
              "deployment.activated",
              shown,
              flipped.release() == null
                  ? "current is removed."
                  : "current names " + flipped.release() + ".");
      case DeploymentEntry.SlotReplaced replaced ->
          publish(
              "deployment.slot_replaced",
              shown,
              "Slot "
                  + replaced.slot()
                  + " serves release "
                  + replaced.generation().release()
                  + ".");
      case DeploymentEntry.SlotRetired retired ->
          publish("deployment.slot_retired", shown, "Slot " + retired.slot() + " is given up.");
      case DeploymentEntry.Failed failed ->
          publish("deployment.failing", shown, failed.failure().detail());
      case DeploymentEntry.Ended _ -> {
        // Told below, with everything else that ends a deployment.
      }
    }
    if (after.isOver()) {
      end(after, shown);
    }
  }

  private static String aim(Deployment deployment) {
    return switch (deployment.order()) {
      case Order.Roll _ -> "release " + deployment.to().release();
      case Order.Restart(Integer slot, _) ->
          slot == null ? "all workers are started anew" : "slot " + slot + " is started anew";
      case Order.Scale(int before, _) ->
          "from " + before + " workers to " + deployment.slots() + " workers";
      case Order.Stop _ -> "the app is stopped";
      case Order.Start _ -> "the app is started with release " + deployment.to().release();
    };
  }

  private void end(Deployment deployment, DeploymentResource shown) {
    String outcome = shown.state().name().toLowerCase(Locale.ROOT);
    publish(
        "deployment." + outcome,
        shown,
        "Deployment "
            + deployment.id()
            + " of release "
            + shown.toRelease()
            + " is "
            + outcome
            + ".");
    try {
      Optional<StagedRelease> release = releases.find(deployment.to().release());
      host.receipts()
          .append(
              host.clock().instant(),
              release.map(StagedRelease::digest).orElse(""),
              release.map(StagedRelease::signers).orElse(List.of()),
              shown);
    } catch (IOException e) {
      LOG.error("A receipt could not be written. deployment={}", deployment.id(), e);
    }
    retention.prune();
    ended.run();
  }

  private void publish(String type, DeploymentResource shown, String message) {
    Map<String, String> data = new TreeMap<>();
    data.put("deployment", shown.id());
    data.put("release", shown.toRelease());
    data.put("state", shown.state().name().toLowerCase(Locale.ROOT));
    data.put("slots", shown.slotsDone() + "/" + shown.slotsTotal());
    data.put("requested_by", shown.requestedBy());
    FailureResource failure = shown.failure();
    if (failure != null) {
      data.put("reason", failure.reason());
    }
    LOG.info("{} app={} {}", message, shown.app(), data);
    host.events().publish(type, shown.app(), message, data);
  }
}
