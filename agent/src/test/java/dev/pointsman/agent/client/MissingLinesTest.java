package dev.pointsman.agent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MissingLinesTest {
  private final List<String> told = new ArrayList<>();
  private final MissingLines lines = new MissingLines(told::add);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void areTheSameHoweverTheAnswerIsCut(int size) throws Exception {
    byte[] all = "./ä\n./b b\n\n./c".getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < all.length; at += size) {
      lines.take(Buffer.buffer(Arrays.copyOfRange(all, at, Math.min(all.length, at + size))));
    }

    assertThat(lines.finish()).isEqualTo(4);
    assertThat(told).containsExactly("./ä", "./b b", "", "./c");
  }

  @Test
  void endWithTheLastLineFeed() throws Exception {
    lines.take(Buffer.buffer("./a\n"));

    assertThat(lines.finish()).isEqualTo(1);
    assertThat(told).containsExactly("./a");
  }

  @Test
  void areNoLongerThanAnyPath() {
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 9; i++) {
                lines.take(Buffer.buffer("x".repeat(1_000)));
              }
            })
        .hasMessageContaining("longer than any path");
  }
}
