package dev.pointsman.agent.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  @TempDir Path directory;

  record Note(String text, int number) {}

  private static final Note ONE = new Note("one", 1);
  private static final Note TWO = new Note("two, with ümlaut and \n a line", 2);
  private static final Note THREE = new Note("three", 3);

  private Path file() {
    return directory.resolve("journal");
  }

  private Journal<Note> open() throws IOException {
    return Journal.open(file(), Note.class);
  }

  private List<Note> reopened() throws IOException {
    try (Journal<Note> journal = open()) {
      return journal.replayed();
    }
  }

  private void write(Note... notes) throws IOException {
    try (Journal<Note> journal = open()) {
      for (Note note : notes) {
        journal.append(note);
      }
    }
  }

  @Test
  void givesBackWhatWasAppended() throws Exception {
    assertThat(reopened()).isEmpty();
    write(ONE, TWO);
    write(THREE);
    assertThat(reopened()).containsExactly(ONE, TWO, THREE);
  }

  @Test
  void writesALineWithItsChecksum() throws Exception {
    write(ONE);
    assertThat(Files.readString(file())).isEqualTo("fcffdd8c {\"text\":\"one\",\"number\":1}\n");
  }

  @Test
  void cutsOffWhatACrashLeftOfTheLastLineWhereverItCameToPass() throws Exception {
    write(ONE, TWO);
    int whole = (int) Files.size(file());
    write(THREE);
    byte[] all = Files.readAllBytes(file());
    for (int length = whole; length < all.length; length++) {
      Files.write(file(), Arrays.copyOf(all, length));
      assertThat(reopened()).as("cut at %d", length).containsExactly(ONE, TWO);
      assertThat(Files.size(file())).isEqualTo(whole);
      write(THREE);
      assertThat(reopened()).as("cut at %d, and on", length).containsExactly(ONE, TWO, THREE);
    }
  }

  @Test
  void cutsOffALastLineOfWhichOnlyTheEndReachedTheDisk() throws Exception {
    write(ONE, TWO);
    int whole = (int) Files.size(file());
    write(THREE);
    byte[] all = Files.readAllBytes(file());
    Arrays.fill(all, whole, all.length - 2, (byte) 0);
    Files.write(file(), all);
    assertThat(reopened()).containsExactly(ONE, TWO);
  }

  @Test
  void refusesADamagedRecordThatOthersFollow() throws Exception {
    write(ONE, TWO, THREE);
    byte[] all = Files.readAllBytes(file());
    int lastLine = new String(all, UTF_8).getBytes(UTF_8).length - line(THREE).length;
    for (int at = 0; at < lastLine; at++) {
      byte[] damaged = all.clone();
      damaged[at] ^= 1;
      Files.write(file(), damaged);
      assertThatThrownBy(this::open)
          .as("damaged at %d", at)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is damaged, and others follow it")
          .hasMessageContaining(file().toString());
      assertThat(Files.readAllBytes(file())).as("left as it was").isEqualTo(damaged);
    }
  }

  private byte[] line(Note note) throws IOException {
    Path other = directory.resolve("other");
    Files.deleteIfExists(other);
    try (Journal<Note> journal = Journal.open(other, Note.class)) {
      journal.append(note);
    }
    return Files.readAllBytes(other);
  }

  @Test
  void saysWhichRecordIsFromAnotherVersion() throws Exception {
    String json = "{\"text\":{},\"number\":1}";
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(json.getBytes(UTF_8));
    Files.writeString(file(), "%08x %s\n".formatted(crc.getValue(), json));
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("record 1 is from another version of pointsman");
  }

  @Test
  void rewritesAllInOneStep() throws Exception {
    write(ONE, TWO);
    try (Journal<Note> journal = open()) {
      journal.rewrite(List.of(TWO));
      journal.append(THREE);
    }
    assertThat(reopened()).containsExactly(TWO, THREE);
    assertThat(Files.exists(directory.resolve("journal.new"))).isFalse();
  }

  @Test
  void aCrashWhileRewritingLeavesTheOldOne() throws Exception {
    write(ONE, TWO);
    byte[] next = line(THREE);
    for (int length = 0; length <= next.length; length++) {
      Files.write(directory.resolve("journal.new"), Arrays.copyOf(next, length));
      assertThat(reopened()).as("%d bytes beside", length).containsExactly(ONE, TWO);
    }
    try (Journal<Note> journal = open()) {
      journal.rewrite(List.of(THREE));
    }
    assertThat(reopened()).as("rewritten over what was left").containsExactly(THREE);
  }

  @Test
  void aRewriteThatFailsBeforeTheRenameChangesNothing() throws Exception {
    write(ONE);
    Files.createDirectories(directory.resolve("journal.new").resolve("in-the-way"));
    try (Journal<Note> journal = open()) {
      assertThatThrownBy(() -> journal.rewrite(List.of(TWO)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot compact");
      assertThat(journal.isBroken()).isFalse();
      journal.append(THREE);
    }
    assertThat(reopened()).containsExactly(ONE, THREE);
  }

  @Test
  void acceptsNothingMoreAfterAFailedWrite() throws Exception {
    Journal<Note> journal = open();
    journal.append(ONE);
    journal.close();
    assertThatThrownBy(() -> journal.append(TWO))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot append to " + file());
    assertThat(journal.isBroken()).isTrue();
    assertThatThrownBy(() -> journal.append(THREE)).hasMessageContaining("read-only since");
    assertThatThrownBy(() -> journal.rewrite(List.of())).hasMessageContaining("read-only since");
    assertThat(reopened()).containsExactly(ONE);
  }

  @Test
  void aThreadThatIsInterruptedWritesAllTheSame() throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    try (Journal<Note> journal = open()) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                Thread.currentThread().interrupt();
                try {
                  journal.append(ONE);
                } catch (IOException e) {
                  failure.set(e);
                }
              });
      writer.join();
      journal.append(TWO);
    }
    assertThat(failure.get()).isNull();
    assertThat(reopened()).containsExactly(ONE, TWO);
  }
}
