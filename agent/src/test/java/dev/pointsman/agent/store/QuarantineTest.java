package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineTest {
  private static final BlobKey KEY = StoreHost.key("content");

  @TempDir private Path root;

  private Path directory() throws IOException {
    return Files.createDirectories(root.resolve("quarantine"));
  }

  private Quarantine at(Instant now) throws IOException {
    return new Quarantine(directory(), Clock.fixed(now, ZoneOffset.UTC));
  }

  private Path file(long bytes) throws IOException {
    Path file = root.resolve("f");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
    return file;
  }

  @Test
  void keepsTheNewestOfTooMany() throws Exception {
    for (int i = 0; i < Quarantine.MAX_FILES + 5; i++) {
      at(StoreHost.NOW.plusSeconds(i)).take(file(1), KEY);
    }
    assertThat(at(StoreHost.NOW).size()).isEqualTo(Quarantine.MAX_FILES);
    assertThat(directory().resolve(StoreHost.NOW.toEpochMilli() + "-" + KEY.name())).doesNotExist();
  }

  @Test
  void keepsTwoOfTheSameContentAndMoment() throws Exception {
    Quarantine quarantine = at(StoreHost.NOW);
    Path first = quarantine.take(file(1), KEY);
    Path second = quarantine.take(file(1), KEY);

    assertThat(second).isNotEqualTo(first).exists();
    assertThat(first).exists();
  }

  @Test
  void isBoundedInBytes() throws Exception {
    at(StoreHost.NOW).take(file(600L << 20), KEY);
    Path newer = at(StoreHost.NOW.plusSeconds(1)).take(file(600L << 20), KEY);

    assertThat(at(StoreHost.NOW).size()).isEqualTo(1);
    assertThat(newer).exists();
  }

  @Test
  void whatIsOldGoes() throws Exception {
    at(StoreHost.NOW).take(file(1), KEY);

    at(StoreHost.NOW.plus(Duration.ofDays(30))).trim();
    assertThat(at(StoreHost.NOW).size()).isEqualTo(1);

    at(StoreHost.NOW.plus(Duration.ofDays(31))).trim();
    assertThat(at(StoreHost.NOW).size()).isZero();
  }
}
