package dev.pointsman.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DiskJsonTest {
  enum Colour {
    RED
  }

  record Everything(
      Instant at, Duration length, Colour colour, Optional<String> maybe, @Nullable String none) {}

  record Places(Path path) {}

  @Test
  void writesTimesAsPeopleReadThemAndLeavesOutWhatIsAbsent() throws Exception {
    Everything it =
        new Everything(
            Instant.parse("2026-01-02T03:04:05.678Z"),
            Duration.ofSeconds(90),
            Colour.RED,
            Optional.empty(),
            null);
    String json = DiskJson.mapper().writeValueAsString(it);
    assertThat(json)
        .isEqualTo(
            "{\"at\":\"2026-01-02T03:04:05.678Z\",\"length\":\"PT1M30S\",\"colour\":\"RED\"}");
    assertThat(DiskJson.mapper().readValue(json, Everything.class)).isEqualTo(it);
  }

  @Test
  void readsWhatALaterVersionAddedTo() throws Exception {
    String json = "{\"path\":\"file:///tmp\",\"added\":{\"later\":1}}";
    assertThat(DiskJson.mapper().readValue(json, Places.class).path()).isEqualTo(Path.of("/tmp"));
  }

  @Test
  void refusesAKeyThatIsThereTwice() {
    assertThatThrownBy(() ->
            DiskJson.mapper()
                .readValue("{\"path\":\"file:///a\",\"path\":\"file:///b\"}", Places.class))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void keepsPathsWithBlanksAndUmlauts() throws Exception {
    Places it = new Places(Path.of("/srv/my releases/ü%20/#x"));
    String json = DiskJson.mapper().writeValueAsString(it);
    assertThat(DiskJson.mapper().readValue(json, Places.class)).isEqualTo(it);
  }
}
