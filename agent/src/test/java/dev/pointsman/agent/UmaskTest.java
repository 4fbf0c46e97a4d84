package dev.pointsman.agent;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.journal.Journal;
import dev.pointsman.agent.journal.Receipts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's own files have the same modes whatever umask it was started with. */
final class UmaskTest {
  @TempDir private Path temp;

  /** What the agent makes at its first start, in a process of its own because of the umask. */
  static final class FirstStart {
    private FirstStart() {}

    public static void main(String[] arguments) throws IOException {
      Path root = Path.of(arguments[0]).resolve("var/root");
      OwnDirectories.make(root);
      RootLock.take(root).close();
      Receipts.open(root.resolve("receipts")).close();
      Journal<String> journal = Journal.open(root.resolve("journal"), String.class);
      journal.append("one");
      journal.rewrite(List.of("two"));
      journal.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "002", "022", "077"})
  void hasNoSay(String umask) throws Exception {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "umask " + umask + "; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FirstStart.class.getName(),
                temp.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("out").toFile())
            .start();
    assertThat(process.waitFor(60, SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(temp.resolve("out"))).isZero();
    Path top = temp.resolve("var");
    try (Stream<Path> made = Files.walk(top)) {
      assertThat(made.map(path -> mode(path) + " " + top.relativize(path)).sorted())
          .containsExactly(
              "rw------- root/LOCK",
              "rw------- root/journal",
              "rw------- root/receipts/receipts.jsonl",
              "rwx------ root/receipts",
              "rwxr-xr-x ",
              "rwxr-xr-x root");
    }
  }

  @Test
  void whatIsThereStaysAsItIs() throws IOException {
    Path there = Files.createDirectory(temp.resolve("there"));
    Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rwxr-x---"));
    OwnDirectories.make(there.resolve("new"));
    assertThat(mode(there)).isEqualTo("rwxr-x---");
    assertThat(mode(there.resolve("new"))).isEqualTo("rwxr-xr-x");
  }

  @Test
  void aFileInTheWayIsNamed() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> OwnDirectories.make(file.resolve("below")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + " is in the way");
  }

  private static String mode(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
