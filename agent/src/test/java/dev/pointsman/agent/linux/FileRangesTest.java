package dev.pointsman.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRangesTest {
  private static final int SIZE = 300_000;
  private static final int HEAD = 65_536 * 3;

  @TempDir Path directory;

  private byte[] content;

  private Path file() throws IOException {
    content = new byte[SIZE];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (1 + i / 3_000);
    }
    return Files.write(directory.resolve("log"), content);
  }

  @Test
  void givesARangeBackWithoutMovingWhatFollows() throws Exception {
    Path file = file();

    assertThat(FileRanges.punch(file, 0, HEAD)).isTrue();

    byte[] now = Files.readAllBytes(file);
    assertThat(now).hasSize(SIZE);
    assertThat(Arrays.copyOf(now, HEAD)).containsOnly(0);
    assertThat(Arrays.copyOfRange(now, HEAD, SIZE))
        .isEqualTo(Arrays.copyOfRange(content, HEAD, SIZE));
    assertThat(FileRanges.firstData(file, SIZE)).isEqualTo(HEAD);
  }

  @Test
  void cutsTheBeginningOffOrLeavesTheFileAlone() throws Exception {
    Path file = file();

    int cut = FileRanges.collapse(file, HEAD) ? HEAD : 0;

    assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOfRange(content, cut, SIZE));
    assertThat(FileRanges.firstData(file, SIZE)).isZero();
  }

  @Test
  void neverCutsOffAllOrHalfABlock() throws Exception {
    Path file = file();

    assertThat(FileRanges.collapse(file, 1)).isFalse();
    assertThat(FileRanges.collapse(file, 1 << 20)).isFalse();
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  @Test
  void findsNoDataInAHole() throws Exception {
    Path file = file();
    boolean _ = FileRanges.punch(file, 0, 1 << 20);

    assertThat(FileRanges.firstData(file, SIZE)).isEqualTo(SIZE);
  }

  @Test
  void namesThePathThatIsNotThere() {
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> FileRanges.punch(missing, 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot give back a part of %s: open: No such file or directory (ENOENT)"
                .formatted(missing));
    assertThatThrownBy(() -> FileRanges.collapse(missing, 1)).hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> FileRanges.firstData(missing, 0)).hasMessageContaining("ENOENT");
  }
}
