package dev.pointsman.protocol.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/operations.md tells the cause and the remedy of everything that can be refused or fail. */
class OperationsDocTest {
  /** A row of a table: {@code | `code` | cause | remedy |}. */
  private static final Pattern ROW =
      Pattern.compile("^\\| `([A-Za-z.-]+)` \\| ([^|]+) \\| ([^|]+) \\|$");

  private static List<String> lines = List.of();

  @BeforeAll
  static void read() throws IOException {
    lines = Files.readAllLines(Path.of("..", "docs", "operations.md"));
  }

  @Test
  void tellsOfEveryErrorCodeOnceAndOfNoOther() {
    assertThat(names("## Error codes"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ErrorCode.values()).map(ErrorCode::wire).toList());
  }

  @Test
  void tellsOfEveryReasonOnceAndOfNoOther() {
    assertThat(names("## Reasons"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Reason.values()).map(Reason::wire).toList());
  }

  @Test
  void tellsCauseAndRemedyOfEach() {
    assertThat(Stream.of("## Error codes", "## Reasons").flatMap(OperationsDocTest::rows))
        .isNotEmpty()
        .allSatisfy(row -> {
          assertThat(row.group(2)).as("cause of " + row.group(1)).contains(" ");
          assertThat(row.group(3)).as("remedy of " + row.group(1)).contains(" ");
        });
  }

  private static List<String> names(String heading) {
    return rows(heading).map(row -> row.group(1)).toList();
  }

  /** The rows between {@code heading} and the next heading of its level. */
  private static Stream<Matcher> rows(String heading) {
    return lines.stream()
        .dropWhile(line -> !line.equals(heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .map(ROW::matcher)
        .filter(Matcher::matches);
  }
}
