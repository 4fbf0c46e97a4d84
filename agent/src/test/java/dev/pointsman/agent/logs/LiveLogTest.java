package dev.pointsman.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveLogTest {
  private static final int ROTATIONS = 15;
  private static final LogConfig EVERYTHING = new LogConfig(64 << 10, 100_000);

  private final Places places = new Places();
  private final LogLosses losses = new LogLosses();

  @AfterEach
  void clean() throws IOException {
    places.close();
  }

  private static Path log(Path directory) throws IOException {
    Path log = new LogName(0, "1.1.1").file(directory);
    LogFiles.make(log);
    return log;
  }

  /** All parts and what is left, one after the other. */
  private static byte[] everything(LiveLog log) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (LogPart part : LogPart.of(log.file())) {
      assertThat(part.start()).isEqualTo(all.size());
      all.write(Files.readAllBytes(part.file()));
    }
    byte[] rest = Files.readAllBytes(log.file());
    int from = Math.toIntExact(log.position(log.cut()));
    all.write(rest, from, rest.length - from);
    return all.toByteArray();
  }

  @Test
  void losesAndDoublesNoByteOfAFastWriter() throws Exception {
    LogConfig large = new LogConfig(1 << 20, 1_000);
    for (Path directory : places.all()) {
      LiveLog log = LiveLog.open(log(directory), large, losses);
      try (Writer writer = new Writer(log.file(), 4)) {
        int rotations = 0;
        while (rotations < ROTATIONS) {
          assertThat(writer.hasEnded()).isFalse();
          rotations += log.bound() ? 1 : 0;
        }

        assertThat(Arrays.equals(everythingOf(log, writer), writer.text()))
            .as("what %s holds is what was written", directory)
            .isTrue();
      }
      assertThat(losses.notices()).isEmpty();
    }
  }

  private static byte[] everythingOf(LiveLog log, Writer writer) throws IOException {
    writer.close();
    return everything(log);
  }

  @Test
  void losesAndDoublesNothingWhenTheAgentDiesAtAnyStep() throws Exception {
    for (Path directory : places.all()) {
      LiveLog log = LiveLog.open(log(directory), EVERYTHING, losses);
      int deaths = 0;
      try (Writer writer = new Writer(log.file(), 5)) {
        while (deaths < ROTATIONS) {
          assertThat(writer.hasEnded()).isFalse();
          String last = List.of("copied", "cutting", "punched", "named").get(deaths % 4);
          log.watch(step -> {
            if (step.equals(last)) {
              throw new Died();
            }
          });
          try {
            log.bound();
          } catch (Died e) {
            deaths++;
            log = LiveLog.open(log.file(), EVERYTHING, losses);
          }
        }

        assertThat(Arrays.equals(everythingOf(log, writer), writer.text()))
            .as("what %s holds is what was written", directory)
            .isTrue();
      }
    }
  }

  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void findsItsOffsetsAgainAfterARestart() throws Exception {
    for (Path directory : places.all()) {
      LiveLog log = LiveLog.open(log(directory), EVERYTHING, losses);
      Files.write(log.file(), new byte[100_000], StandardOpenOption.APPEND);
      log.bound();
      Files.write(log.file(), new byte[30_000], StandardOpenOption.APPEND);

      LiveLog again = LiveLog.open(log.file(), EVERYTHING, losses);

      assertThat(again.end()).isEqualTo(130_000).isEqualTo(log.end());
      assertThat(again.cut()).isEqualTo(log.cut()).isPositive();
      assertThat(again.position(again.cut())).isEqualTo(log.position(log.cut()));
    }
  }

  @Test
  void leavesAFileAloneThatIsBelowItsBound() throws Exception {
    LiveLog log = LiveLog.open(log(places.all().getFirst()), new LogConfig(10_000, 3), losses);
    Files.write(log.file(), new byte[9_999]);

    assertThat(log.bound()).isFalse();

    assertThat(Files.size(log.file())).isEqualTo(9_999);
    assertThat(LogPart.of(log.file())).isEmpty();
  }

  @Test
  void dropsAtOnceWhatABurstHasMadeTooOldToBeKept() throws Exception {
    for (Path directory : places.all()) {
      LiveLog log = LiveLog.open(log(directory), new LogConfig(64 << 10, 2), losses);
      Files.write(log.file(), new byte[1 << 20]);

      log.bound();

      assertThat(LogPart.of(log.file()))
          .extracting(LogPart::lost)
          .containsExactly(true, false, false);
      assertThat(LogPart.of(log.file())).allMatch(part -> part.weight() <= 64 << 10);
      assertThat(log.end()).isEqualTo(1 << 20);
      assertThat(log.weight()).isLessThan(64 << 10);
    }
  }

  @Test
  void keepsNothingBesideWhereNothingIsToBeKept() throws Exception {
    LiveLog log = LiveLog.open(log(places.all().getFirst()), new LogConfig(10_000, 0), losses);
    Files.write(log.file(), new byte[100_000]);

    log.bound();

    assertThat(LogPart.of(log.file())).allMatch(part -> part.weight() == 0);
    assertThat(log.weight()).isLessThan(10_000);
  }

  @Test
  void emptiesTheFileWhereNothingElseIsPossibleAndSaysWhatIsAtRisk() throws Exception {
    LiveLog log = LiveLog.open(log(places.all().getFirst()), EVERYTHING, losses);
    log.canOnlyTruncate();
    byte[] written = "line\n".repeat(20_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Files.write(log.file(), written);

    log.bound();
    Files.writeString(log.file(), "more", StandardOpenOption.APPEND);

    assertThat(everything(log)).startsWith(written).hasSize(written.length + 4);
    assertThat(losses.notices()).singleElement().asString().contains("may be lost", "ext4");
  }

  @Test
  void reportsWhatItsFileSystemRefuses() throws Exception {
    LiveLog log = LiveLog.open(log(places.all().getFirst()), EVERYTHING, losses);
    Files.delete(log.file());

    assertThatThrownBy(log::bound).isInstanceOf(IOException.class);
  }
}
