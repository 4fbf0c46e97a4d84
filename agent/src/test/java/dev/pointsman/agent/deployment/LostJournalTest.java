package dev.pointsman.agent.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.deployment.Pool.SlotView;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The journal is gone, workers of some release go on: the next deployment is a first one beside
 * them.
 */
class LostJournalTest {
  private static final Generation UNKNOWN = new Generation(new ReleaseId("r1"), "1".repeat(64));
  private static final Generation NEXT = new Generation(new ReleaseId("r2"), "2".repeat(64));
  private static final SlotView SERVES = new SlotView(UNKNOWN, null, null, Born.NEVER);
  private static final SlotView ROLLED = new SlotView(NEXT, null, null, Born.NEVER);
  private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
  private static final DeploymentId ID = new DeploymentId(new AppName("web"), 1);

  private final Deployment deployment =
      Deployment.begin(
          new DeploymentEntry.Begun(ID, DeploymentKind.DEPLOY, null, NEXT, 2, true, "ci", NOW));

  @Test
  void replacesWorkersThatNobodyKnowsSlotBySlot() {
    Observed seen = new Observed(NEXT.release(), Map.of(0, ROLLED, 1, SERVES));

    assertThat(DeploymentPlanner.next(deployment, seen))
        .isEqualTo(new Step.Replace(1, NEXT, Pool.Gate.FULL));
  }

  @Test
  void leavesThemAloneWhenTheNewReleaseFails() {
    Deployment failed = deployment.after(new DeploymentEntry.Failed(ID, failure(), NOW));

    assertThat(
            DeploymentPlanner.next(
                failed, new Observed(NEXT.release(), Map.of(0, ROLLED, 1, SERVES))))
        .isEqualTo(new Step.Retire(0));
    assertThat(DeploymentPlanner.next(failed, new Observed(NEXT.release(), Map.of(1, SERVES))))
        .isEqualTo(new Step.Flip(null));
    assertThat(DeploymentPlanner.next(failed, new Observed(null, Map.of(1, SERVES))))
        .isEqualTo(new Step.End(DeploymentState.FAILED));
  }

  @Test
  void leavesALinkAloneThatItDidNotSet() {
    Deployment failed = deployment.after(new DeploymentEntry.Failed(ID, failure(), NOW));

    assertThat(
            DeploymentPlanner.next(
                failed, new Observed(UNKNOWN.release(), Map.of(0, SERVES, 1, SERVES))))
        .isEqualTo(new Step.End(DeploymentState.FAILED));
  }

  private static FailureResource failure() {
    return new FailureResource(
        "WorkerCrashed", "It fell.", 0, null, null, List.of(), List.of(), "Mend it.");
  }
}
