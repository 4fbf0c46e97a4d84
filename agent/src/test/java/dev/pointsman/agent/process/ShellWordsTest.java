package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {
  @Test
  void splitsAtBlanksAndKeepsWhatIsQuoted() {
    assertThat(ShellWords.split(" node  main.js\t--a=\"b c\" 'd \"$e'  \\$f g\\ h \"\" ''x "))
        .contains(List.of("node", "main.js", "--a=b c", "d \"$e", "$f", "g h", "", "x"));
    assertThat(ShellWords.split("")).contains(List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node a && node b",
        "node a; b",
        "node a | tee log",
        "node a > log",
        "node $FILE",
        "node \"$FILE\"",
        "node `which a`",
        "node *.js",
        "node ~/a",
        "(node a)",
        "node 'a",
        "node \"a",
        "node a\\",
        "node a\nnode b",
        "node a # b",
        "node \"a\\\"b\""
      })
  void leavesToAShellWhatOnlyAShellUnderstands(String line) {
    assertThat(ShellWords.split(line)).isEmpty();
  }
}
