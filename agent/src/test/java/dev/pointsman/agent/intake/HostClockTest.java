package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostClockTest {
  private static final Instant LATEST = Instant.parse("2026-11-22T12:00:00Z");

  @ParameterizedTest(name = "the journal has seen {0} s more than the clock -> refused: {1}")
  @CsvSource({"-86400, false", "0, false", "5, false", "6, true", "86400, true"})
  void believesAClockThatIsNotBehindTheJournal(long behind, boolean refused) {
    Rejected rejected =
        catchThrowableOfType(
            Rejected.class,
            () -> HostClock.require(LATEST.minusSeconds(behind), LATEST, new AppName("web")));

    assertThat(rejected != null).isEqualTo(refused);
    if (rejected != null) {
      assertThat(rejected.code()).isEqualTo(ErrorCode.AGENT_CLOCK);
      assertThat(rejected.detail()).contains("web", "2026-11-22T12:00:00Z");
    }
  }
}
