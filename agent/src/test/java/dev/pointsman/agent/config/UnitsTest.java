package dev.pointsman.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({"250ms,250", "10s,10000", "5m,300000", "1h,3600000", "7d,604800000", "0s,0"})
  void durationsAreReadAndWrittenTheSame(String text, long millis) {
    assertThat(Units.duration(text))
        .hasValueSatisfying(read -> {
          assertThat(read.toMillis()).isEqualTo(millis);
          assertThat(Units.duration(Units.text(read))).hasValue(read);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "s", "-1s", "1.5s", "1 s", "10S", "1w", "4000d", "999999999999d"})
  void otherTextsAreNoDurations(String text) {
    assertThat(Units.duration(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "10MiB,10485760",
    "2GiB,2147483648",
    "64KiB,65536",
    "1TiB,1099511627776",
    "7,7",
    "7B,7"
  })
  void sizesAreReadAndWrittenTheSame(String text, long bytes) {
    assertThat(Units.size(text)).hasValue(bytes);
    assertThat(Units.size(Units.text(bytes))).hasValue(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "10MB", "10 MiB", "-1", "1.5MiB", "999999999999999999TiB"})
  void otherTextsAreNoSizes(String text) {
    assertThat(Units.size(text)).isEmpty();
  }

  @Test
  void theNearestWordIsSuggestedOnlyWhenItIsNear() {
    List<String> known = List.of("healthy_deadline", "min_healthy_time", "kill_timeout", "env");
    assertThat(Suggestion.nearest("healthy_dedline", known)).hasValue("healthy_deadline");
    assertThat(Suggestion.nearest("healthy-deadline", known)).hasValue("healthy_deadline");
    assertThat(Suggestion.nearest("KillTimeout", known)).hasValue("kill_timeout");
    assertThat(Suggestion.nearest("evn", known)).hasValue("env");
    assertThat(Suggestion.nearest("colour", known)).isEmpty();
    assertThat(Suggestion.distance("ab", "ba")).isEqualTo(1);
  }
}
