package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSpoolTest {
  @TempDir Path temp;

  @Test
  void everyPlaceReadsAsItWasWrittenWhetherOnDiskYetOrNot() throws IOException {
    byte[] all = new byte[300_000];
    new Random(3).nextBytes(all);
    Path file = temp.resolve("entries");
    try (FileSpool spool = new FileSpool(file)) {
      Random random = new Random(4);
      int written = 0;
      byte[] read = new byte[2_000];
      while (written < all.length) {
        int length = Math.min(1 + random.nextInt(2_000), all.length - written);
        spool.append(Arrays.copyOfRange(all, written, written + length), length);
        written += length;
        int position = random.nextInt(written);
        int count = Math.min(random.nextInt(2_000), written - position);
        spool.read(position, read, count);
        assertThat(Arrays.copyOf(read, count))
            .isEqualTo(Arrays.copyOfRange(all, position, position + count));
      }
      ByteBuffer content = spool.content();
      byte[] mapped = new byte[content.remaining()];
      content.get(mapped);
      assertThat(mapped).isEqualTo(all);
    }
    assertThat(file).hasBinaryContent(all);
  }

  @Test
  void aFileThatSomebodyShortenedIsAFault() throws IOException {
    Path file = temp.resolve("entries");
    try (FileSpool spool = new FileSpool(file)) {
      spool.append(new byte[100], 100);
      spool.content();
      try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
        other.truncate(10);
      }
      assertThatThrownBy(() -> spool.read(0, new byte[100], 100))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("was shortened");
    }
  }

  @Test
  void doesNotTakeOverAFileThatIsThere() throws IOException {
    Path file = Files.createFile(temp.resolve("entries"));
    assertThatThrownBy(() -> new FileSpool(file)).isInstanceOf(IOException.class);
  }

  @Test
  void aMappedFileIsReadAfterItIsGone() throws IOException {
    Path file = Files.writeString(temp.resolve("list"), "content");
    ByteBuffer mapped = MappedFile.of(file);
    Files.delete(file);
    byte[] read = new byte[mapped.remaining()];
    mapped.get(read);
    assertThat(read).asString().isEqualTo("content");
    Path link = Files.createSymbolicLink(temp.resolve("link"), Path.of("list"));
    assertThatThrownBy(() -> MappedFile.of(link)).isInstanceOf(IOException.class);
  }
}
