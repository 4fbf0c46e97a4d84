package dev.pointsman.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReceiptsTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("receipts.jsonl");
  }

  private static DeploymentResource deployment(String by) {
    return new DeploymentResource(
        "web-1",
        "web",
        DeploymentKind.DEPLOY,
        DeploymentState.SUCCESSFUL,
        Phase.COMMIT,
        null,
        "r1",
        by,
        T0,
        T0,
        1,
        1,
        null,
        List.of());
  }

  private void append(String... requesters) throws IOException {
    try (Receipts receipts = Receipts.open(directory)) {
      for (String by : requesters) {
        receipts.append(T0, "ab".repeat(32), List.of("ci"), deployment(by));
      }
    }
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file());
  }

  @Test
  void eachFollowsFromTheOneBeforeOverRestarts() throws Exception {
    append("one", "zwei ümlaut");
    append("three");
    assertThat(lines()).hasSize(3);
    assertThat(lines().getLast()).contains("\"number\":3");
    assertThat(Receipts.firstBroken(file())).isZero();
  }

  @Test
  void aChangeOfAnOldOneShows() throws Exception {
    append("one", "two", "three");
    Files.writeString(file(), Files.readString(file()).replace("\"two\"", "\"2wo\""));
    assertThat(Receipts.firstBroken(file())).isEqualTo(3);
  }

  @Test
  void aMissingOneShows() throws Exception {
    append("one", "two", "three");
    Files.write(file(), List.of(lines().get(0), lines().get(2)));
    assertThat(Receipts.firstBroken(file())).isEqualTo(2);
  }

  @Test
  void whatACrashLeftOfTheLastIsDroppedAndTheChainGoesOn() throws Exception {
    append("one");
    int whole = (int) Files.size(file());
    append("zwei ümlaut");
    byte[] all = Files.readAllBytes(file());
    for (int length = whole; length < all.length; length += 7) {
      Files.write(file(), Arrays.copyOf(all, length));
      append("again");
      assertThat(lines()).as("cut at %d", length).hasSize(2);
      assertThat(Receipts.firstBroken(file())).as("cut at %d", length).isZero();
    }
  }

  @Test
  void saysWhatItCannotDo() throws Exception {
    Receipts receipts = Receipts.open(directory);
    receipts.close();
    assertThatThrownBy(() -> receipts.append(T0, "", List.of(), deployment("one")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot append a receipt");
  }

  @Test
  void aThreadThatIsInterruptedWritesAllTheSame() throws Exception {
    try (Receipts receipts = Receipts.open(directory)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                Thread.currentThread().interrupt();
                try {
                  receipts.append(T0, "", List.of(), deployment("one"));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      writer.join();
      receipts.append(T0, "", List.of(), deployment("two"));
    }
    assertThat(lines()).hasSize(2);
    assertThat(Receipts.firstBroken(file())).isZero();
  }
}
