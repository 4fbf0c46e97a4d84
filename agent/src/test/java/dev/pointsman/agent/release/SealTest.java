package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealTest {
  private static final Seal SEAL =
      new Seal(
          "a".repeat(64),
          "b".repeat(64),
          29_237,
          372_808_534L,
          Instant.parse("2026-11-22T19:00:00.123Z"),
          List.of("alice@ops", "ci@web"));

  @Test
  void saysWhatWasSealed() throws IOException {
    assertThat(Seal.decode(SEAL.encode(), "seal")).isEqualTo(SEAL);
  }

  @Test
  void isNoneWhenAnyPartIsMissingOrChanged() {
    byte[] bytes = SEAL.encode();
    for (int i = 0; i < bytes.length; i++) {
      byte[] cut = Arrays.copyOf(bytes, i);
      assertThatThrownBy(() -> Seal.decode(cut, "seal")).isInstanceOf(IOException.class);
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> Seal.decode(changed, "seal")).isInstanceOf(IOException.class);
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(() -> Seal.decode(longer, "seal")).isInstanceOf(IOException.class);
  }

  @Test
  void ofAnotherVersionIsRefused() {
    String above = "pointsman-seal 2\n";
    byte[] other =
        (above
                + "sha256 "
                + Sha256.of(above.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                + "\n")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Seal.decode(other, "meta/r1/seal"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("meta/r1/seal is not a seal that this version knows");
  }
}
