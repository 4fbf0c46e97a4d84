package dev.pointsman.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppLogsTest {
  private static final LogConfig BOUNDS = new LogConfig(64 << 10, 2);
  private static final long MOST = 3 * (64 << 10);

  @TempDir Path folder;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private AppLogs logs() {
    return AppLogs.of("web", folder.resolve("logs"), BOUNDS, () -> now);
  }

  private static void append(Path log, String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.APPEND);
  }

  private long weight() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("logs"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9]+-.*\\.log(\\.[0-9]+)?"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void givesEveryProcessAFileOfItsOwnAndThePersonTheNewestBySlot() throws Exception {
    AppLogs logs = logs();
    Path first = logs.begin(0, "1.1.1", "r1", "aaaa");
    Path second = logs.begin(0, "1.2.1", "r2", "bbbb");

    append(first, "old, still draining\n");
    append(second, "new\n");

    assertThat(folder.resolve("logs/0.log").toRealPath()).isEqualTo(second.toRealPath());
    assertThat(logs.tail(0, "1.1.1", 5)).containsExactly("old, still draining");
    assertThat(logs.tail(0, "1.2.1", 5)).containsExactly("new");
    assertThat(logs.tail(0, "1.3.1", 5)).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void knowsWhoseLinesTheyAreAndWhenTheyWereWrittenAfterARestartToo() throws Exception {
    AppLogs logs = logs();
    Path log = logs.begin(3, "1.1.1", "r1", "aaaa");
    append(log, "one\n");
    now = now.plusSeconds(10);
    logs.look();
    append(log, "two\n");
    now = now.plusSeconds(10);
    logs.look();

    AppLogs again = logs();
    again.adopt(3, "1.1.1");
    LogIndex index = again.index(new LogName(3, "1.1.1"));

    assertThat(index.release()).isEqualTo("r1");
    assertThat(index.generation()).isEqualTo("aaaa");
    assertThat(index.at(0)).contains(now.minusSeconds(10));
    assertThat(index.at(4)).contains(now);
    assertThat(index.at(8)).isEmpty();
  }

  @Test
  void keepsTheWholeSlotWithinItsBoundAndTheNewestLines() throws Exception {
    AppLogs logs = logs();
    for (int process = 1; process <= 20; process++) {
      Path log = logs.begin(0, "1." + process + ".1", "r1", "aaaa");
      for (int i = 0; i < 20; i++) {
        append(log, ("process " + process + " line " + i + " ").repeat(500) + "\n");
        logs.look();
        assertThat(weight()).isLessThan(MOST + (64 << 10));
      }
      logs.ended("1." + process + ".1");
    }
    logs.look();

    assertThat(weight()).isLessThanOrEqualTo(MOST);
    assertThat(logs.tail(0, "1.20.1", 1)).singleElement().asString().contains("line 19");
    assertThat(logs.tail(0, "1.1.1", 1)).isEmpty();
    assertThat(logs.notices()).isEmpty();
  }

  @Test
  void keepsTheLogsOfSoManyProcessesOnlyThatCrashAtOnce() throws Exception {
    AppLogs logs = logs();
    for (int attempt = 1; attempt <= LogRetention.PROCESSES + 20; attempt++) {
      append(logs.begin(0, "1.1." + attempt, "r1", "aaaa"), "I crash\n");
      logs.ended("1.1." + attempt);
      logs.look();
    }

    assertThat(logs.names()).hasSize(LogRetention.PROCESSES);
    assertThat(logs.names().getLast().process()).isEqualTo("1.1.70");
  }

  @Test
  void forgetsASlotThatHadNoProcessForLongAndNoOther() throws Exception {
    AppLogs logs = logs();
    Path removed = logs.begin(5, "1.1.1", "r1", "aaaa");
    Path ended = logs.begin(0, "1.2.1", "r1", "aaaa");
    Path running = logs.begin(0, "1.3.1", "r1", "aaaa");
    logs.ended("1.1.1");
    logs.ended("1.2.1");
    logs.look();
    FileTime old = FileTime.from(now.minus(Duration.ofDays(31)));
    for (Path log : new Path[] {removed, ended, running}) {
      Files.setLastModifiedTime(log, old);
    }

    now = now.plus(Duration.ofHours(2));
    logs.look();

    assertThat(removed).doesNotExist();
    assertThat(ended).exists();
    assertThat(running).exists();
  }

  @Test
  void looksAgainSoonAtWhatGrowsFast() throws Exception {
    AppLogs logs = logs();
    Path log = logs.begin(0, "1.1.1", "r1", "aaaa");

    assertThat(logs.look()).isEqualTo(AppLogs.SLOWEST);
    append(log, "x".repeat(20_000));
    assertThat(logs.look()).isLessThan(AppLogs.SLOWEST);
    assertThat(logs.look()).isEqualTo(AppLogs.SLOWEST);
  }

  @Test
  void letsAProcessStartWithoutALogWhereNoneCanBeMadeAndSaysSo() throws Exception {
    Files.createFile(folder.resolve("logs")); // No directory can be made there.
    AppLogs logs = logs();

    assertThat(logs.begin(0, "1.1.1", "r1", "aaaa")).isEqualTo(AppLogs.NOWHERE);

    assertThat(logs.failures()).isPositive();
    assertThat(logs.notices()).singleElement().asString().contains("no log could be made");
  }

  @Test
  void goesOnWithALogWhoseIndexIsGoneOrTorn() throws Exception {
    AppLogs logs = logs();
    Path log = logs.begin(0, "1.1.1", "r1", "aaaa");
    append(log, "x".repeat(100_000) + "\nlast\n");
    Files.writeString(folder.resolve("logs/0-1.1.1.idx"), "rele");

    AppLogs again = logs();
    again.adopt(0, "1.1.1");
    again.look();

    assertThat(again.tail(0, "1.1.1", 1)).containsExactly("last");
    assertThat(again.index(new LogName(0, "1.1.1")).release()).isEmpty();
    assertThat(again.notices()).isEmpty();
  }

  @Test
  void keepsItsIndexSmallHoweverLongAProcessWrites() throws Exception {
    AppLogs logs = logs();
    Path log = logs.begin(0, "1.1.1", "r1", "aaaa");
    for (int i = 0; i < 10_000; i++) {
      append(log, "line " + i + "\n");
      now = now.plusSeconds(1);
      logs.look();
    }

    assertThat(folder.resolve("logs/0-1.1.1.idx").toFile().length()).isLessThan(80_000);
    LogIndex index = logs.index(new LogName(0, "1.1.1"));
    assertThat(index.at(5))
        .hasValueSatisfying(at -> assertThat(at).isBefore(now.minusSeconds(9_000)));
    assertThat(LogIndex.read(folder.resolve("logs/0-1.1.1.idx")).reached())
        .isEqualTo(index.reached());
  }

  @Test
  void goesOnAfterABugInALook() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    InstantSource clock =
        () -> {
          if (broken.get()) {
            throw new IllegalStateException("a bug");
          }
          return Instant.EPOCH;
        };
    try (AppLogs looking = AppLogs.of("web", folder, new LogConfig(64 << 10, 3), clock)) {
      Path log = looking.begin(0, "9.1.1", "r1", "abc");
      Files.writeString(log, "x\n");
      broken.set(true);
      looking.start();
      await("the bug was told", () -> looking.failures() > 0);
      broken.set(false);
      await("it looks again", () -> looking.notices().isEmpty());
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      LockSupport.parkNanos(10_000_000);
    }
  }
}
