package dev.pointsman.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.protocol.api.LogLineResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
  private static final LogQuery ALL =
      new LogQuery(OptionalInt.empty(), Optional.empty(), Optional.empty(), 100, Optional.empty());

  @TempDir Path folder;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private AppLogs logs;
  private Path old;
  private Path fresh;
  private Path other;

  @BeforeEach
  void three() {
    logs = AppLogs.of("web", folder, new LogConfig(64 << 10, 3), () -> now);
    old = logs.begin(0, "1.1.1", "r1", "aaaa");
    other = logs.begin(1, "1.2.1", "r1", "aaaa");
    fresh = logs.begin(0, "1.3.1", "r2", "bbbb");
  }

  private void write(Path log, String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.APPEND);
    now = now.plusSeconds(10);
    logs.look();
  }

  private LogReader reader(LogQuery query) {
    return new LogReader(logs, query, () -> now);
  }

  private static List<String> words(List<LogLineResource> lines) {
    return lines.stream().map(LogLineResource::line).toList();
  }

  @Test
  void tellsTheLastLinesOfAllSlotsInTheOrderOfTime() throws Exception {
    write(old, "a\n");
    write(other, "b\n");
    write(fresh, "c\n");
    write(old, "d\n");

    assertThat(reader(ALL).next())
        .extracting(LogLineResource::line, LogLineResource::slot, LogLineResource::release)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a", 0, "r1"),
            org.assertj.core.groups.Tuple.tuple("b", 1, "r1"),
            org.assertj.core.groups.Tuple.tuple("c", 0, "r2"),
            org.assertj.core.groups.Tuple.tuple("d", 0, "r1"));
  }

  @Test
  void tellsOnlyWhatIsAskedFor() throws Exception {
    write(old, "a\n");
    write(other, "b\n");
    Instant then = now;
    write(fresh, "c\n");
    Optional<String> none = Optional.empty();
    Optional<Instant> ever = Optional.empty();

    assertThat(words(reader(new LogQuery(OptionalInt.of(0), none, none, 9, ever)).next()))
        .containsExactly("a", "c");
    assertThat(
            words(
                reader(new LogQuery(OptionalInt.empty(), Optional.of("r2"), none, 9, ever)).next()))
        .containsExactly("c");
    assertThat(
            words(
                reader(new LogQuery(OptionalInt.empty(), none, Optional.of("aa"), 9, ever)).next()))
        .containsExactly("a", "b");
    assertThat(words(reader(new LogQuery(OptionalInt.empty(), none, none, 1, ever)).next()))
        .containsExactly("c");
    assertThat(
            words(
                reader(
                        new LogQuery(
                            OptionalInt.empty(), none, none, 9, Optional.of(then.plusSeconds(1))))
                    .next()))
        .containsExactly("c");
  }

  @Test
  void tellsEveryNewLineOnceOverRotationsRestartsAndNewProcesses() throws Exception {
    LogReader reader = reader(ALL);
    List<String> told = new ArrayList<>(words(reader.next()));
    List<String> written = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String line = "line " + i + " " + "x".repeat(700);
      written.add(line);
      write(i < 300 ? old : fresh, line.substring(0, 20));
      told.addAll(words(reader.next()));
      Files.writeString(
          i < 300 ? old : fresh, line.substring(20) + "\n", StandardOpenOption.APPEND);
      told.addAll(words(reader.next()));
    }
    assertThat(LogPart.of(fresh)).isNotEmpty();

    assertThat(told).isEqualTo(written);

    Path later = logs.begin(2, "1.4.1", "r3", "cccc");
    write(later, "of a new process\n");
    assertThat(words(reader.next())).containsExactly("of a new process");
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void tellsWhatAProcessWroteLastWithoutAnEndOnceItHasEnded() throws Exception {
    write(old, "whole\nhalf");
    LogReader reader = reader(ALL);
    assertThat(words(reader.next())).containsExactly("whole");
    assertThat(reader.next()).isEmpty();

    logs.ended("1.1.1");
    logs.look();

    assertThat(words(reader.next())).containsExactly("half");
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void tellsNoMoreThanAnAgentCanHoldAndTheNewest() throws Exception {
    AppLogs large =
        AppLogs.of("web", folder.resolve("large"), new LogConfig(8 << 20, 3), () -> now);
    for (int slot = 0; slot < 12; slot++) {
      Path log = large.begin(slot, "1." + slot + ".1", "r1", "aaaa");
      Files.writeString(log, (slot + " " + "x".repeat(10_000) + "\n").repeat(200));
      now = now.plusSeconds(10);
      large.look();
    }
    LogQuery all =
        new LogQuery(
            OptionalInt.empty(), Optional.empty(), Optional.empty(), 10_000, Optional.empty());
    Allocated allocated = new Allocated();

    List<String> told = words(new LogReader(large, all, () -> now).next());

    assertThat(told.stream().mapToLong(String::length).sum()).isBetween(4_000_000L, 4L << 20);
    assertThat(told.stream().map(line -> line.substring(0, 2)).distinct())
        .containsExactly("9 ", "10", "11");
    assertThat(allocated.bytes()).isLessThan(24 << 20);
  }

  @Test
  void tellsWhatHasComeALittleAtATimeAndLeavesNothingOut() throws Exception {
    LogReader reader = reader(ALL);
    assertThat(reader.next()).isEmpty();
    String line = "x".repeat(999);
    Files.writeString(old, (line + "\n").repeat(60), StandardOpenOption.APPEND);
    Files.writeString(other, (line + "\n").repeat(60), StandardOpenOption.APPEND);
    Files.writeString(fresh, (line + "\n").repeat(60), StandardOpenOption.APPEND);

    List<Integer> batches = new ArrayList<>();
    List<LogLineResource> all = new ArrayList<>();
    for (List<LogLineResource> some = reader.next(); !some.isEmpty(); some = reader.next()) {
      batches.add(some.size());
      all.addAll(some);
    }

    assertThat(batches).allMatch(size -> size <= 120).hasSizeGreaterThan(1);
    assertThat(all).extracting(LogLineResource::slot).filteredOn(slot -> slot == 1).hasSize(60);
    assertThat(all).hasSize(180);
  }

  @Test
  void beginsAtTheEndWhereNoLineIsAskedFor() throws Exception {
    write(old, "a\nhalf");
    LogReader reader =
        reader(
            new LogQuery(
                OptionalInt.empty(), Optional.empty(), Optional.empty(), 0, Optional.empty()));
    assertThat(reader.next()).isEmpty();

    write(old, " whole\n");

    assertThat(words(reader.next())).containsExactly("half whole");
  }
}
