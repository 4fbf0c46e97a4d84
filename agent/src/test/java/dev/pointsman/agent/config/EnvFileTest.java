package dev.pointsman.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvFileTest {
  @TempDir Path temp;

  @Test
  void readsWhatPeopleWrite() throws Exception {
    assertThat(
            parse(
                """
                # a comment

                PLAIN=one two  three
                  INDENTED = x=y
                export EXPORTED=1
                EMPTY=
                HASH=p#ss
                SINGLE='$HOME \\n "x" # no comment'   # a comment
                DOUBLE="a\\tb \\"c\\" \\$d ~ ${E}"
                PEM="-----BEGIN
                line two
                -----END"
                LAST=end\
                """))
        .containsExactly(
            entry("PLAIN", "one two  three"),
            entry("INDENTED", "x=y"),
            entry("EXPORTED", "1"),
            entry("EMPTY", ""),
            entry("HASH", "p#ss"),
            entry("SINGLE", "$HOME \\n \"x\" # no comment"),
            entry("DOUBLE", "a\tb \"c\" $d ~ ${E}"),
            entry("PEM", "-----BEGIN\nline two\n-----END"),
            entry("LAST", "end"));
  }

  @Test
  void endsOfLinesFromElsewhereAreNoPartOfValues() throws Exception {
    assertThat(parse("A=1\r\nB='2'\r\n")).containsExactly(entry("A", "1"), entry("B", "2"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          just words        | web.env:2: is not KEY=VALUE; comments begin with '#'
          =x                | web.env:2: : a variable's name has letters, digits and '_' and begins with no digit
          A B=x             | web.env:2: A B: a variable's name has letters, digits and '_' and begins with no digit
          PORT=3000         | web.env:2: PORT: the agent sets PORT itself, from listen: remove it
          RELEASE_ID=3000   | web.env:2: RELEASE_ID: the agent sets this variable itself: remove it
          X=hush # comment  | web.env:2: X: ' #' may be meant as a comment or as part of the value: put the value in quotes, or the comment on its own line
          X='hush           | web.env:2: X: the quote is not closed
          X="hush"er        | web.env:2: X: there is text after the closing quote
          X="\\hush"        | web.env:2: X: in double quotes a backslash is followed by one of n r t " \\ $; in single quotes it is literal
          FIRST=hush        | web.env:2: FIRST is set twice
          """)
  void refusesWhatCanBeReadInTwoWaysWithoutShowingAValue(String line, String complaint) {
    assertThatThrownBy(() -> parse("FIRST=1\n" + line + "\n"))
        .isInstanceOf(ConfigInvalid.class)
        .hasMessage(temp + "/" + complaint);
  }

  @Test
  void countsLinesThroughQuotedOnes() {
    assertThatThrownBy(() -> parse("A='1\n2\n3'\nwrong\n"))
        .isInstanceOf(ConfigInvalid.class)
        .hasMessageContaining("web.env:4: ");
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(() -> EnvFile.read(temp.resolve("none.env")))
        .isInstanceOf(ConfigInvalid.class)
        .hasMessage(temp + "/none.env: does not exist");
  }

  private Map<String, String> parse(String text) throws IOException, ConfigInvalid {
    Path file = temp.resolve("web.env");
    Files.writeString(file, text);
    return EnvFile.read(file);
  }
}
