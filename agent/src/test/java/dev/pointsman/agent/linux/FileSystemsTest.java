package dev.pointsman.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
  }

  @Test
  void knowsUsers() throws Exception {
    assertThat(Users.find("root")).contains(new Users.User(0, 0));
    assertThat(Users.find("no-such-user-here")).isEmpty();
    assertThat(Users.effectiveUid()).isEqualTo(Files.getAttribute(directory, "unix:uid"));
  }
}
