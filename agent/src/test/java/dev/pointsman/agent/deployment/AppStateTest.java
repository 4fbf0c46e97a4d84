package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.OLD;
import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.api.ReleaseState;
import org.junit.jupiter.api.Test;

final class AppStateTest {
  private AppState state = AppState.EMPTY;

  private void write(AppEntry entry) {
    state = state.after(entry);
  }

  private DeploymentId begin(Generation to) {
    DeploymentEntry.Begun begun =
        Samples.begun(state.count() + 1, DeploymentKind.DEPLOY, state.wanted(), to, 1);
    write(begun);
    return begun.id();
  }

  private void succeed(Generation to) {
    write(new DeploymentEntry.Ended(begin(to), DeploymentState.SUCCESSFUL, T0));
  }

  private void fail(Generation to, Reason reason) {
    DeploymentId id = begin(to);
    write(new DeploymentEntry.Failed(id, Samples.failure(reason, "it failed"), T0));
    write(new DeploymentEntry.Ended(id, DeploymentState.REVERTED, T0));
  }

  private void getStuck(Generation to) {
    DeploymentId id = begin(to);
    write(new DeploymentEntry.Failed(id, Samples.failure(Reason.WORKER_CRASHED, "there"), T0));
    write(new DeploymentEntry.Failed(id, Samples.failure(Reason.WORKER_CRASHED, "back"), T0));
  }

  @Test
  void wantsWhatWasDeployedSuccessfullyLast() {
    succeed(OLD);
    fail(NEW, Reason.WORKER_CRASHED);
    assertThat(state.wanted()).isEqualTo(OLD);
    assertThat(state.stateOf(NEW.release())).isEqualTo(ReleaseState.BAD);
    succeed(NEW);
    assertThat(state.wanted()).isEqualTo(NEW);
    assertThat(state.stateOf(NEW.release())).isEqualTo(ReleaseState.ACTIVE);
    assertThat(state.stateOf(OLD.release())).isEqualTo(ReleaseState.GOOD);
    assertThat(state.previousGood()).contains(OLD);
  }

  @Test
  void aReleaseIsNotToBlameForTheHost() {
    fail(NEW, Reason.HOST_FAULT);
    fail(NEW, Reason.PROGRESS_DEADLINE_EXCEEDED);
    assertThat(state.bad()).isEmpty();
  }

  @Test
  void aReleaseThatHasRunWellIsNotBadBecauseItFailedOnce() {
    succeed(NEW);
    succeed(OLD);
    fail(NEW, Reason.WORKER_CRASHED);
    assertThat(state.bad()).isEmpty();
    assertThat(state.stateOf(NEW.release())).isEqualTo(ReleaseState.GOOD);
  }

  @Test
  void keepsOneGoodGenerationPerRelease() {
    succeed(OLD);
    Generation again = Samples.generation("r1", "cc");
    succeed(again);
    assertThat(state.good()).containsExactly(again);
    assertThat(state.previousGood()).as("the same release is no way back").isEmpty();
    assertThat(state.lastGood(OLD.release())).contains(again);
  }

  @Test
  void afterAStuckDeploymentTheWayBackIsToWhatIsWanted() {
    succeed(OLD);
    succeed(NEW);
    getStuck(Samples.generation("r3", "cc"));
    assertThat(state.wanted()).isEqualTo(NEW);
    assertThat(state.previousGood()).contains(NEW);
    succeed(NEW);
    assertThat(state.previousGood()).contains(OLD);
  }

  @Test
  void remembersSoManyDeploymentsAndNoMore() {
    for (int i = 0; i < AppState.REMEMBERED + 5; i++) {
      succeed(i % 2 == 0 ? OLD : NEW);
    }
    assertThat(state.ended()).hasSize(AppState.REMEMBERED);
    assertThat(state.deployment(Samples.id(5))).isEmpty();
    assertThat(state.deployment(Samples.id(6))).isPresent();
    assertThat(state.latest().orElseThrow().id()).isEqualTo(Samples.id(AppState.REMEMBERED + 5));
    assertThat(state.count()).isEqualTo(AppState.REMEMBERED + 5);
  }

  @Test
  void aRemovedReleaseIsNeitherGoodNorBadNorHere() {
    write(new AppEntry.Staged(OLD.release(), 1, "d1", T0));
    succeed(OLD);
    succeed(NEW);
    write(new AppEntry.Removed(OLD.release(), T0));
    assertThat(state.staged()).isEmpty();
    assertThat(state.previousGood()).isEmpty();
    assertThat(state.lastGood(OLD.release())).isEmpty();
  }

  @Test
  void twoDeploymentsAtOnceAreABug() {
    begin(NEW);
    assertThatThrownBy(() -> begin(OLD)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEntryWithoutItsDeploymentIsABug() {
    assertThatThrownBy(() -> write(new DeploymentEntry.Flipped(Samples.id(1), NEW.release(), T0)))
        .isInstanceOf(IllegalStateException.class);
  }
}
