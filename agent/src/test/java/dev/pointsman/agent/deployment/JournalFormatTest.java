package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.OLD;
import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.journal.Journal;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Version 1 of the journal, pinned by a file: every later version has to read it, and to write it
 * so for as long as it says that it does.
 */
final class JournalFormatTest {
  private static final String FIXTURE = "journal-format-1";

  @TempDir Path directory;

  private static List<AppEntry> everyKind() {
    FailureResource failure =
        new FailureResource(
            Reason.NEVER_LISTENED.wire(),
            "Slot 1, release r2: The worker did not listen on its port in time.",
            1,
            "exit code 1",
            "healthy_deadline=1m",
            List.of("503 in 2 ms: starting"),
            List.of("Error: ümlaut \"quoted\"", "    at main.js:1"),
            Reason.NEVER_LISTENED.remedy());
    FailureResource bare =
        new FailureResource(
            Reason.HOST_FAULT.wire(), "no", null, null, null, List.of(), List.of(), "look");
    return List.of(
        new AppEntry.Opened(1, 7, T0),
        new AppEntry.Listening(123_456, "4f1c3a52-0000-4000-8000-5d1f6f1f0a11", T0.plusMillis(5)),
        new AppEntry.Staged(OLD.release(), 41, "ab".repeat(32), T0),
        new AppEntry.Staged(NEW.release(), 42, "cd".repeat(32), T0),
        new DeploymentEntry.Begun(
            Samples.id(1), DeploymentKind.DEPLOY, null, OLD, 1, true, "ci", T0),
        new DeploymentEntry.Flipped(Samples.id(1), OLD.release(), T0),
        new DeploymentEntry.SlotReplaced(Samples.id(1), 0, OLD, T0),
        new DeploymentEntry.Ended(Samples.id(1), DeploymentState.SUCCESSFUL, T0),
        new DeploymentEntry.Begun(
            Samples.id(2), DeploymentKind.ROLLBACK, OLD, NEW, 2, false, "ops", T0),
        new DeploymentEntry.Failed(Samples.id(2), failure, T0),
        new DeploymentEntry.Begun(
            Samples.id(3), DeploymentKind.DEPLOY, OLD, NEW, 2, true, "ops", T0),
        new DeploymentEntry.Failed(Samples.id(3), bare, T0),
        new DeploymentEntry.SlotRetired(Samples.id(3), 2, T0),
        new DeploymentEntry.Flipped(Samples.id(3), null, T0),
        new DeploymentEntry.Ended(Samples.id(3), DeploymentState.REVERTED, T0),
        new AppEntry.Removed(NEW.release(), T0),
        new AppEntry.Environment("prod", T0.plusSeconds(1)),
        new AppEntry.SequenceReset(40, "the build's clock was wrong", "ops", T0.plusSeconds(2)),
        new AppEntry.TaintAllowed(OLD.release(), "SHA256:x is revoked", "ops", T0.plusSeconds(3)),
        new AppEntry.Pinned(OLD.release(), "ops", T0.plusSeconds(4)),
        new AppEntry.Unpinned(OLD.release(), "ops", T0.plusSeconds(5)),
        new AppEntry.Pinned(OLD.release(), "ci", T0.plusSeconds(6)),
        new AppEntry.AlsoListening(
            "127.0.0.1:3001", 123_457, "4f1c3a52-0000-4000-8000-5d1f6f1f0a11", T0.plusSeconds(7)),
        new DeploymentEntry.RestartBegun(Samples.id(4), OLD, 2, 1, new Born(6, 12), "ops", T0),
        new DeploymentEntry.SlotReplaced(Samples.id(4), 1, OLD, T0),
        new DeploymentEntry.Ended(Samples.id(4), DeploymentState.SUCCESSFUL, T0),
        new DeploymentEntry.RestartBegun(Samples.id(5), OLD, 2, null, new Born(6, 13), "ops", T0),
        new DeploymentEntry.Failed(Samples.id(5), bare, T0),
        new DeploymentEntry.Ended(Samples.id(5), DeploymentState.FAILED, T0),
        new DeploymentEntry.ScaleBegun(Samples.id(6), OLD, 2, 5, 2, "ops", T0),
        new DeploymentEntry.Ended(Samples.id(6), DeploymentState.SUCCESSFUL, T0.plusSeconds(7)),
        new DeploymentEntry.StopBegun(Samples.id(7), OLD, 5, "ops", T0.plusSeconds(8)),
        new DeploymentEntry.Ended(Samples.id(7), DeploymentState.SUCCESSFUL, T0.plusSeconds(9)),
        new DeploymentEntry.StartBegun(Samples.id(8), OLD, OLD, 5, "ops", T0.plusSeconds(10)),
        new DeploymentEntry.SlotsStarted(Samples.id(8), OLD, T0.plusSeconds(11)));
  }

  private Path fixture() throws Exception {
    Path copy = directory.resolve("journal");
    try (InputStream in =
        Objects.requireNonNull(
            getClass().getResourceAsStream("/" + FIXTURE), FIXTURE + " is missing")) {
      Files.copy(in, copy);
    }
    return copy;
  }

  @Test
  void theFileHasEveryKindOfEntry() {
    assertThat(everyKind().stream().<Class<?>>map(Object::getClass).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Stream.<Class<?>>concat(
                    Stream.of(AppEntry.class.getPermittedSubclasses()),
                    Stream.concat(
                        Stream.of(DeploymentEntry.class.getPermittedSubclasses()),
                        Stream.of(DeploymentEntry.Beginning.class.getPermittedSubclasses())))
                .filter(type -> type.isRecord())
                .toList());
  }

  @Test
  void readsVersionOne() throws Exception {
    try (Journal<AppEntry> journal = Journal.open(fixture(), AppEntry.class)) {
      assertThat(journal.replayed()).isEqualTo(everyKind());
    }
  }

  @Test
  void writesVersionOne() throws Exception {
    Path written = directory.resolve("written");
    try (Journal<AppEntry> journal = Journal.open(written, AppEntry.class)) {
      for (AppEntry entry : everyKind()) {
        journal.append(entry);
      }
    }
    assertThat(Files.readString(written)).isEqualTo(Files.readString(fixture()));
  }

  @Test
  void versionOneMeansTheSame() throws Exception {
    try (AppLedger ledger = AppLedger.open(fixture())) {
      AppState state = ledger.state();
      assertThat(state.run()).isEqualTo(7);
      assertThat(state.wanted()).isEqualTo(OLD);
      assertThat(state.count()).isEqualTo(8);
      assertThat(state.standing())
          .isEqualTo(
              new Standing(
                  new Standing.Scaled(5, 2, "ops", T0.plusSeconds(7)),
                  new Standing.Halted("ops", T0.plusSeconds(8))));
      assertThat(state.latest().orElseThrow().order()).isEqualTo(new Order.Start());
      assertThat(state.staged()).containsExactly(OLD.release());
      assertThat(state.pinned()).containsExactly(OLD.release());
      assertThat(state.deployment(Samples.id(2)).orElseThrow().status())
          .isInstanceOfSatisfying(
              DeploymentStatus.Over.class,
              over -> assertThat(over.outcome()).isEqualTo(DeploymentState.STUCK));
    }
  }
}
