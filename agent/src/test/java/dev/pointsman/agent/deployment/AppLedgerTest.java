package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
