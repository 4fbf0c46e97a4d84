package dev.pointsman.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          node server/main.js     | node,server/main.js
            node   a\tb           | node,a,b
          sh -c 'a "b" $C'        | sh,-c,a "b" $C
          a "b 'c' \\" d"         | a,b 'c' " d
          a\\ b '' x""y           | a b,,xy
          """)
  void areTakenApartAsAShellWould(String text, String words) {
    assertThat(String.join(",", Words.of(text))).isEqualTo(words);
  }

  @Test
  void anOpenQuoteOrNothingAtAllIsNoCommand() {
    assertThatThrownBy(() -> Words.of("a 'b")).hasMessageContaining("quote is not closed");
    assertThatThrownBy(() -> Words.of("  ")).hasMessageContaining("no word");
  }

  @Test
  void amountsReadWell() {
    assertThat(Spans.text(Duration.ofSeconds(-1))).isEqualTo("0s");
    assertThat(Spans.text(Duration.ofSeconds(192))).isEqualTo("3m12s");
    assertThat(Spans.text(Duration.ofMinutes(125))).isEqualTo("2h05m");
    assertThat(Spans.bytes(1023)).isEqualTo("1023 B");
    assertThat(Spans.bytes(96_672_143)).isEqualTo("92.2 MiB");
    assertThat(Spans.bytes(Long.MAX_VALUE)).endsWith(" TiB");
  }
}
