package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerLogTest {
  private static final int ENOUGH = 40;

  @TempDir Path folder;

  @Test
  void leavesAFileAloneThatIsBelowItsBound() throws IOException {
    Path log = written("0.log", 9_999);

    WorkerLog.bound(log, new LogConfig(10_000, 3));

    assertThat(Files.size(log)).isEqualTo(9_999);
    assertThat(folder.resolve("0.log.1")).doesNotExist();
  }

  @Test
  void movesTheBeginningToTheNumberedFilesAndKeepsOnlySoMany() throws IOException {
    Path log = folder.resolve("0.log");
    for (int turn = 0; turn < 5; turn++) {
      append(log, Character.toString('a' + turn).repeat(20_000));
      WorkerLog.bound(log, new LogConfig(10_000, 2));
    }

    assertThat(Files.size(log)).isLessThan(10_000);
    assertThat(folder.resolve("0.log.1")).exists();
    assertThat(folder.resolve("0.log.2")).exists();
    assertThat(folder.resolve("0.log.3")).doesNotExist();
  }

  @Test
  void keepsNothingBesideWhereNothingIsToBeKept() throws IOException {
    Path log = written("0.log", 100_000);

    WorkerLog.bound(log, new LogConfig(10_000, 0));

    assertThat(Files.size(log)).isLessThan(10_000);
    assertThat(folder.resolve("0.log.1")).doesNotExist();
  }

  @Test
  void losesNoLineThatAWorkerWritesMeanwhile() throws Exception {
    Path log = folder.resolve("0.log");
    Files.createFile(log);
    AtomicBoolean done = new AtomicBoolean();
    List<Integer> count = new ArrayList<>();
    Thread worker = Thread.ofPlatform().start(() -> count.add(writeNumbers(log, done)));

    // Every turn makes one numbered file, so that all that was written is still there at the end.
    LogConfig bounds = new LogConfig(50_000, ENOUGH + 1);
    while (!Files.exists(folder.resolve("0.log." + ENOUGH)) && worker.isAlive()) {
      WorkerLog.bound(log, bounds);
    }
    done.set(true);
    worker.join();

    List<Integer> read = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    for (int i = ENOUGH + 1; i >= 1; i--) {
      Path part = folder.resolve("0.log." + i);
      all.append(Files.exists(part) ? Files.readString(part) : "");
    }
    all.append(Files.readString(log))
        .toString()
        .lines()
        .forEach(line -> read.add(Integer.valueOf(line)));
    assertThat(read).hasSize(count.getFirst());
    assertThat(read).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void showsTheLastLinesOfTheLastWorkerOnly() throws IOException {
    Path log = folder.resolve("0.log");
    append(log, "of the one before\n");
    long start = WorkerLog.size(log);
    append(log, "first\nsecond\nthird\n");

    assertThat(WorkerLog.tail(log, start, 2)).containsExactly("second", "third");
    assertThat(WorkerLog.tail(log, start, 20)).containsExactly("first", "second", "third");
    assertThat(WorkerLog.tail(folder.resolve("none.log"), 0, 20)).isEmpty();
  }

  private static int writeNumbers(Path log, AtomicBoolean done) {
    int number = 0;
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.APPEND)) {
      while (!done.get()) {
        channel.write(ByteBuffer.wrap((number++ + "\n").getBytes(StandardCharsets.US_ASCII)));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return number;
  }

  private Path written(String name, int bytes) throws IOException {
    return Files.writeString(folder.resolve(name), "x".repeat(bytes));
  }

  private static void append(Path log, String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
