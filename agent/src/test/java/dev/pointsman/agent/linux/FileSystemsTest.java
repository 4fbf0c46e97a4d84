package dev.pointsman.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemsTest {
  @TempDir Path directory;

  @Test
  void countsFreeInodesAsStatDoes() throws Exception {
    Process stat = new ProcessBuilder("stat", "-f", "-c", "%c %d", directory.toString()).start();
    String[] counts =
        new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip().split(" ");
    long expected = counts[0].equals("0") ? Long.MAX_VALUE : Long.parseLong(counts[1]);

    // Others create and remove files meanwhile.
    assertThat(FileSystems.freeInodes(directory)).isCloseTo(expected, withinPercentage(5));
  }

  @Test
  void syncsTheFileSystemOfAFileAndOfADirectory() throws Exception {
    FileSystems.sync(directory);
    FileSystems.sync(Files.writeString(directory.resolve("f"), "x"));
  }

  @Test
  void namesThePathThatIsNotThere() {
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> FileSystems.sync(missing))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot sync the file system of %s: open: No such file or directory (ENOENT)"
                .formatted(missing));
    assertThatThrownBy(() -> FileSystems.freeInodes(missing)).hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> FileSystems.cutHead(missing, 1)).hasMessageContaining("ENOENT");
  }

  @Test
  void cutsWholeBlocksOffTheBeginningOrNothing() throws Exception {
    byte[] content = new byte[300_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i / 1000);
    }
    Path file = Files.write(directory.resolve("log"), content);
    FileSystems.sync(file);

    long cut = FileSystems.cutHead(file, 200_000);

    assertThat(cut).isBetween(0L, 200_000L);
    assertThat(Files.readAllBytes(file))
        .isEqualTo(Arrays.copyOfRange(content, (int) cut, content.length));
    assertThat(FileSystems.cutHead(file, 1)).isZero();
  }

  @Test
  void knowsUsers() throws Exception {
    assertThat(Users.find("root")).contains(new Users.User(0, 0));
    assertThat(Users.find("no-such-user-here")).isEmpty();
    assertThat(Users.effectiveUid()).isEqualTo(Files.getAttribute(directory, "unix:uid"));
  }
}
