package dev.pointsman.agent.content;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PartTest {
  @Test
  void aPartThatIsNoneIsToldAsItWasSent() {
    assertThatThrownBy(() -> new Part(0, 500_000, 600_000).check(0, 500_000))
        .hasMessageContaining(
            "The file has 500000 bytes; 'bytes 0-499999/600000' is no part of it.");
    assertThatThrownBy(() -> new Part(7, -1, -1).check(0, 5))
        .hasMessageContaining("The file has 5 bytes; 'bytes 7-/*' is no part of it.");
  }
}
