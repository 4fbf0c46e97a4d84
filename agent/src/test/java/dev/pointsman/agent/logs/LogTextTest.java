package dev.pointsman.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTextTest {
  @TempDir Path folder;

  private LiveLog log;

  @BeforeEach
  void make() throws IOException {
    Path file = folder.resolve("0-1.1.1.log");
    LogFiles.make(file);
    log = LiveLog.open(file, new LogConfig(32 << 10, 3), new LogLosses());
  }

  private void write(String text) throws IOException {
    Files.writeString(log.file(), text, StandardOpenOption.APPEND);
  }

  private List<String> last(int count) throws IOException {
    return LogText.of(log).last(count, LogText.MOST_BYTES).stream()
        .map(LogText.Line::words)
        .toList();
  }

  /** Reads as a follower does, from {@code from} to the end. */
  private List<String> follow(long from) throws IOException {
    List<String> all = new ArrayList<>();
    long at = from;
    while (true) {
      List<LogText.Line> lines =
          LogText.of(log).after(at).stream().filter(LogText.Line::complete).toList();
      if (lines.isEmpty()) {
        return all;
      }
      lines.forEach(line -> all.add(line.words()));
      at = lines.getLast().next();
    }
  }

  private static String numbered(int from, int to) {
    StringBuilder text = new StringBuilder();
    IntStream.range(from, to).forEach(i -> text.append("line ").append(i).append('\n'));
    return text.toString();
  }

  @Test
  void readsTheLastLinesOverPartsWithoutTearingOne() throws Exception {
    for (int i = 0; i < 20; i++) {
      write(numbered(i * 1_000, (i + 1) * 1_000));
      log.bound();
    }
    assertThat(LogPart.of(log.file())).isNotEmpty();

    assertThat(last(8_000)).isEqualTo(numbered(12_000, 20_000).lines().toList());
    assertThat(last(3)).containsExactly("line 19997", "line 19998", "line 19999");
  }

  @Test
  void readsOnFromAnyLineAndSkipsWhatIsGone() throws Exception {
    for (int i = 0; i < 20; i++) {
      write(numbered(i * 1_000, (i + 1) * 1_000));
      log.bound();
    }
    long middle = LogText.of(log).last(5_000, LogText.MOST_BYTES).getFirst().offset();
    Files.delete(LogPart.of(log.file()).getFirst().file());

    assertThat(follow(middle)).isEqualTo(numbered(15_000, 20_000).lines().toList());
    assertThat(follow(0))
        .isNotEmpty()
        .allMatch(line -> line.matches("line [0-9]+"))
        .endsWith("line 19999");
  }

  @Test
  void showsWhatHasNoEndYetAsALineThatIsNotComplete() throws Exception {
    write("whole\nhalf");

    assertThat(LogText.of(log).last(2, LogText.MOST_BYTES))
        .extracting(LogText.Line::words, LogText.Line::complete)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("whole", true),
            org.assertj.core.groups.Tuple.tuple("half", false));
    assertThat(follow(0)).containsExactly("whole");
  }

  @Test
  void showsALineWithoutEndInPiecesAndBytesThatAreNoTextAsReplacements() throws Exception {
    write("x".repeat(3 * LogText.LONGEST_LINE) + "\n");
    Files.write(
        log.file(), new byte[] {(byte) 0xff, 'a', 0, '\r', '\n'}, StandardOpenOption.APPEND);

    assertThat(follow(0))
        .containsExactly(
            "x".repeat(LogText.LONGEST_LINE),
            "x".repeat(LogText.LONGEST_LINE),
            "x".repeat(LogText.LONGEST_LINE),
            "",
            "\ufffda\0");
  }

  @Test
  void joinsNoLinesOverALossBetweenThem() throws Exception {
    write("a".repeat(30) + "\n" + numbered(0, 4_000));
    write("z".repeat(200_000) + "\n" + numbered(4_000, 4_100)); // Too old to be kept: the a's.
    log.bound();
    write("end\n");

    assertThat(LogPart.of(log.file()).getFirst().lost()).isTrue();
    assertThat(last(100_000)).doesNotContain("a".repeat(30)).endsWith("line 4099", "end");
    assertThat(String.join("", last(100_000)).getBytes(StandardCharsets.UTF_8)).doesNotContain(0);
  }

  @Test
  void readsNoMoreOfALogForItsLastLinesThanTheyAre() throws Exception {
    write("\n".repeat(3_000_000) + "a\nb\n");
    last(3); // Once, so that classes are loaded.
    Allocated allocated = new Allocated();

    assertThat(last(3)).containsExactly("", "a", "b");

    assertThat(allocated.bytes()).isLessThan(1 << 20);
  }

  @Test
  void tellsFewerLinesWhereTheyAreLong() throws Exception {
    for (int i = 0; i < 20; i++) {
      write((char) ('a' + i) + "x".repeat(9_999) + "\n");
    }

    assertThat(LogText.of(log).last(20, 64 << 10))
        .hasSize(6)
        .extracting(line -> line.words().charAt(0))
        .containsExactly('o', 'p', 'q', 'r', 's', 't');
  }

  @Test
  void tellsTheSameLinesBackwardsAsForwards() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 150; i++) {
      int size = random.nextInt(4) == 0 ? LogText.LONGEST_LINE - 1 + random.nextInt(3) : i;
      write(
          "x".repeat(i % 40 == 0 ? 3 * LogText.LONGEST_LINE : size) + (i % 7 == 0 ? "\r\n" : "\n"));
    }
    write("half");
    List<LogText.Line> forwards = new ArrayList<>();
    for (List<LogText.Line> some = LogText.of(log).after(0); some.size() > 1; ) {
      List<LogText.Line> whole = some.stream().filter(LogText.Line::complete).toList();
      forwards.addAll(whole);
      some = LogText.of(log).after(forwards.getLast().next());
      if (some.size() == 1) {
        forwards.addAll(some);
      }
    }

    assertThat(forwards.getLast().words()).isEqualTo("half");
    assertThat(LogText.of(log).last(10_000, LogText.MOST_BYTES)).isEqualTo(forwards);
  }

  @Test
  void hasNothingToSayOfAnEmptyLog() throws Exception {
    assertThat(last(5)).isEmpty();
    assertThat(follow(0)).isEmpty();
    assertThat(LogText.of(log).end()).isZero();
  }
}
