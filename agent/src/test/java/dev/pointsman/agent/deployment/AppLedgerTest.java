package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AppLedgerTest {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("journal");
  }

  @Test
  void isTheSameAfterOpeningAgain() throws Exception {
    AppState before;
    try (AppLedger ledger = AppLedger.open(file())) {
      for (AppEntry entry : Histories.random(5, 300)) {
        ledger.append(entry);
      }
      before = ledger.state();
    }
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThat(ledger.state()).isEqualTo(before);
    }
  }

  @Test
  void aLongJournalIsCompactedAtOpeningAndMeansTheSame() throws Exception {
    List<AppEntry> entries = Histories.random(9, AppLedger.WORTH_COMPACTING * 2);
    try (Journal<AppEntry> journal = Journal.open(file(), AppEntry.class)) {
      journal.rewrite(entries);
    }
    long size = Files.size(file());
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThat(ledger.state()).isEqualTo(AppState.replay(entries));
      assertThat(Files.size(file())).isLessThan(size / 2);
      ledger.append(new AppEntry.Opened(1, ledger.state().run() + 1, T0));
    }
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThat(ledger.state().run()).isEqualTo(AppState.replay(entries).run() + 1);
    }
  }

  @Test
  void aJournalThatCannotBeMadeShorterServesAsItIs() throws Exception {
    List<AppEntry> entries = Histories.random(9, AppLedger.WORTH_COMPACTING * 2);
    try (Journal<AppEntry> journal = Journal.open(file(), AppEntry.class)) {
      journal.rewrite(entries);
    }
    Files.createDirectories(directory.resolve("journal.new").resolve("in-the-way"));
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThat(ledger.state()).isEqualTo(AppState.replay(entries));
      assertThat(ledger.isReadonly()).isFalse();
    }
  }

  @Test
  void aBugDoesNotReachTheDisk() throws Exception {
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThatThrownBy(
              () -> ledger.append(new DeploymentEntry.Flipped(Samples.id(1), NEW.release(), T0)))
          .isInstanceOf(IllegalStateException.class);
      assertThat(Files.size(file())).isZero();
      assertThat(ledger.isReadonly()).isFalse();
    }
  }

  @Test
  void whatIsNotOnDiskIsNotPartOfTheState() throws Exception {
    AppLedger ledger = AppLedger.open(file());
    ledger.close();
    assertThatThrownBy(() -> ledger.append(new AppEntry.Opened(1, 1, T0)))
        .isInstanceOf(IOException.class);
    assertThat(ledger.state()).isEqualTo(AppState.EMPTY);
    assertThat(ledger.isReadonly()).isTrue();
  }

  @Test
  void refusesAJournalOfALaterFormat() throws Exception {
    try (AppLedger ledger = AppLedger.open(file())) {
      ledger.append(new AppEntry.Opened(AppEntry.Opened.FORMAT + 1, 1, T0));
    }
    assertThatThrownBy(() -> AppLedger.open(file()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("later version");
  }

  @Test
  void theLatestTimeIsTheHighestUntilAnOperatorVouchesForTheClock() throws Exception {
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThat(ledger.latest()).isEqualTo(Instant.EPOCH);
      ledger.append(new AppEntry.Opened(1, 1, T0.plusSeconds(60)));
      ledger.append(new AppEntry.Environment("prod", T0));
      assertThat(ledger.latest()).isEqualTo(T0.plusSeconds(60));
    }
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThat(ledger.latest()).isEqualTo(T0.plusSeconds(60));
      ledger.append(new AppEntry.SequenceReset(5, "the clock was ahead", "ops", T0.plusSeconds(1)));
      assertThat(ledger.latest()).isEqualTo(T0.plusSeconds(1));
    }
    try (AppLedger ledger = AppLedger.open(file())) {
      assertThat(ledger.latest()).isEqualTo(T0.plusSeconds(1));
    }
  }

  @Test
  void eachEnvironmentHasItsOwnSequence() throws Exception {
    try (AppLedger ledger = AppLedger.open(file())) {
      ledger.append(new AppEntry.Staged(NEW.release(), 500, "aa", T0));
      ledger.append(new AppEntry.Environment("staging", T0));
      assertThat(ledger.state().floor().high().orElseThrow().sequence())
          .as("what came before the first named one belongs to it")
          .isEqualTo(500);
      ledger.append(new AppEntry.Environment("prod", T0));
      assertThat(ledger.state().floor().high()).isEmpty();
      ledger.append(new AppEntry.Staged(NEW.release(), 4, "bb", T0));
      ledger.append(new AppEntry.Environment("staging", T0));
      assertThat(ledger.state().floor().high().orElseThrow().sequence()).isEqualTo(500);
    }
  }
}
