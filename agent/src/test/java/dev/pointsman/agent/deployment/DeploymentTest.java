package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.OLD;
import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.deployment.DeploymentStatus.Reverting;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource.PhaseTime;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

final class DeploymentTest {
  private static final FailureResource FIRST = Samples.failure(Reason.WORKER_CRASHED, "first");
  private static final FailureResource SECOND = Samples.failure(Reason.HOST_FAULT, "second");
  private static final DeploymentId ID = Samples.id(1);

  private final Deployment running = Deployment.begin(Samples.begun(OLD, NEW, 2));

  private static DeploymentEntry failed(FailureResource failure) {
    return new DeploymentEntry.Failed(ID, failure, T0);
  }

  private static DeploymentEntry ended(DeploymentState outcome) {
    return new DeploymentEntry.Ended(ID, outcome, T0);
  }

  private static DeploymentEntry replaced(int slot, Generation generation, Instant at) {
    return new DeploymentEntry.SlotReplaced(ID, slot, generation, at);
  }

  @Test
  void aFailureTurnsItRoundOnce() {
    Deployment back = running.after(failed(FIRST));
    assertThat(back.status()).isEqualTo(new Reverting(FIRST, false));
    assertThat(back.heading()).isEqualTo(OLD);
    Deployment stuck = back.after(failed(SECOND));
    assertThat(stuck.status()).isEqualTo(new Over(DeploymentState.STUCK, SECOND, T0));
    assertThat(stuck.heading()).isEqualTo(OLD);
  }

  @Test
  void aFailureIsTheEndWhereTurningRoundIsSwitchedOff() {
    Deployment it =
        Deployment.begin(
            new DeploymentEntry.Begun(ID, DeploymentKind.DEPLOY, OLD, NEW, 2, false, "ci", T0));
    assertThat(it.after(failed(FIRST)).status())
        .isEqualTo(new Over(DeploymentState.STUCK, FIRST, T0));
  }

  @Test
  void aFirstDeploymentIsWithdrawnEvenWhereTurningRoundIsSwitchedOff() {
    Deployment it =
        Deployment.begin(
            new DeploymentEntry.Begun(ID, DeploymentKind.DEPLOY, null, NEW, 2, false, "ci", T0));
    assertThat(it.after(failed(FIRST)).status()).isInstanceOf(Reverting.class);
  }

  @Test
  void remembersTheFailureThatTurnedItRound() {
    Deployment it = running.after(failed(FIRST)).after(ended(DeploymentState.FAILED));
    assertThat(it.status()).isEqualTo(new Over(DeploymentState.FAILED, FIRST, T0));
  }

  @Test
  void hasAPhaseForTheRollEvenWhenNoLinkWasFlipped() {
    Deployment it = running.after(replaced(0, NEW, T0.plusSeconds(5)));
    it = it.after(replaced(1, NEW, T0.plusSeconds(6)));
    it = it.after(new DeploymentEntry.Ended(ID, DeploymentState.SUCCESSFUL, T0.plusSeconds(7)));
    assertThat(it.timeline())
        .extracting(PhaseTime::phase)
        .containsExactly("ACTIVATE", "ROLL", "COMMIT");
    assertThat(it.timeline().get(1).at()).isEqualTo(T0.plusSeconds(5));
  }

  @Test
  void hasAPhaseForTheWayBack() {
    Deployment it = running.after(replaced(0, NEW, T0)).after(failed(FIRST));
    it = it.after(replaced(0, OLD, T0)).after(ended(DeploymentState.REVERTED));
    assertThat(it.timeline())
        .extracting(PhaseTime::phase)
        .containsExactly("ACTIVATE", "ROLL", "REVERT");
  }

  @Test
  void anEntryOfAnotherDeploymentIsABug() {
    refuses(running, new DeploymentEntry.Flipped(Samples.id(2), NEW.release(), T0));
  }

  @Test
  void beginningTwiceIsABug() {
    refuses(running, Samples.begun(OLD, NEW, 2));
  }

  @Test
  void anyEntryAfterTheEndIsABug() {
    Deployment over = running.after(ended(DeploymentState.SUCCESSFUL));
    for (DeploymentEntry entry :
        List.of(
            new DeploymentEntry.Flipped(ID, NEW.release(), T0),
            replaced(0, NEW, T0),
            new DeploymentEntry.SlotRetired(ID, 0, T0),
            failed(FIRST),
            ended(DeploymentState.SUCCESSFUL))) {
      refuses(over, entry);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "SUCCESSFUL")
  void onTheWayThereItEndsOnlySuccessfully(DeploymentState outcome) {
    refuses(running, ended(outcome));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"FAILED", "REVERTED"})
  void onTheWayBackItEndsOnlyBack(DeploymentState outcome) {
    refuses(running.after(failed(FIRST)), ended(outcome));
  }

  @Test
  void anIdIsReadAsItIsWritten() {
    DeploymentId id = new DeploymentId(new dev.pointsman.protocol.bundle.AppName("a-b-1"), 12);
    assertThat(DeploymentId.parse(id.toString())).contains(id);
    for (String wrong : List.of("", "web", "web-", "web-0", "web-01", "-1", "web--1x", "Web-1")) {
      assertThat(DeploymentId.parse(wrong)).as(wrong).isEmpty();
    }
  }

  private static void refuses(Deployment deployment, DeploymentEntry entry) {
    assertThatThrownBy(() -> deployment.after(entry)).isInstanceOf(IllegalStateException.class);
  }
}
