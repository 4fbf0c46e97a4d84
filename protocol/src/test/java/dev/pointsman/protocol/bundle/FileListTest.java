package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FileListTest {
  /** The generator of docs/bundle.md. */
  static final String GENERATOR =
      """
      LC_ALL=C; export LC_ALL; T=$(mktemp -d); find . -type f -print0 | sort -z > $T/f
      xargs -0 stat -c 'f %a %s' < $T/f > $T/a; xargs -0 sha256sum < $T/f > $T/b
      { echo '#pointsman-tree 1'; paste -d ' ' $T/a $T/b
        find . -type l | sort | while IFS= read -r p; do printf 'l %s\\t%s\\n' "$(readlink "$p")" "$p"; done
        find . -type d -empty | sort | sed 's/^/d /'; } > ../files.lst; rm -r $T
      """;

  private static final TreeLimits WIDE = new TreeLimits(1_000, 100, 1 << 20, 1 << 20, 1 << 20);
  private static final String H = "0123456789abcdef".repeat(4);

  private static ReleaseTree read(byte[] list) throws Rejected, IOException {
    return FileList.read(new ByteArrayInputStream(list), WIDE);
  }

  private static ReleaseTree read(String lines) throws Rejected, IOException {
    return read((FileList.HEADER + "\n" + lines).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsWhatTheShellWritesAndWritesTheSame(@TempDir Path temp)
      throws IOException, InterruptedException, Rejected {
    Path tree = Files.createDirectories(temp.resolve("tree"));
    Files.createDirectories(tree.resolve("a/b"));
    Files.createDirectories(tree.resolve("empty/inner"));
    Files.writeString(tree.resolve("a/b/file with spaces.txt"), "hello");
    Files.writeString(tree.resolve("a-b"), "");
    Files.writeString(tree.resolve("gr\u00fc\u00df"), "gott");
    Files.writeString(tree.resolve("run.sh"), "#!/bin/sh\n");
    Files.createSymbolicLink(tree.resolve("a/link"), Path.of("../run.sh"));
    for (String file : new String[] {"a/b/file with spaces.txt", "a-b", "gr\u00fc\u00df"}) {
      Files.setPosixFilePermissions(
          tree.resolve(file), PosixFilePermissions.fromString("rw-r--r--"));
    }
    Files.setPosixFilePermissions(
        tree.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Tool.run(tree, "sh", "-ec", GENERATOR);

    byte[] list = Files.readAllBytes(temp.resolve("files.lst"));
    ReleaseTree read = read(list);

    assertThat(read.files())
        .extracting(TreeEntry.File::path)
        .containsExactly("a-b", "a/b/file with spaces.txt", "gr\u00fc\u00df", "run.sh");
    assertThat(read.files().getLast().executable()).isTrue();
    assertThat(read.files().getFirst())
        .isEqualTo(
            new TreeEntry.File(
                "a-b",
                false,
                0,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assertThat(read.links()).containsExactly(new TreeEntry.Link("a/link", "../run.sh"));
    assertThat(read.emptyDirectories())
        .containsExactly(new TreeEntry.EmptyDirectory("empty/inner"));
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    written.write(Buffers.bytes(read.list()));
    assertThat(written.toByteArray()).isEqualTo(list);
  }

  static Stream<Arguments> refused() {
    String file = "f 644 1 " + H + "  ./";
    return Stream.of(
        Arguments.of("tree.format", "f 644 1 " + H + " ./a\n"),
        Arguments.of("tree.format", "f 644 1 " + H + " *./a\n"),
        Arguments.of("tree.format", "f 644 1 " + H.toUpperCase() + "  ./a\n"),
        Arguments.of("tree.format", "f 644 1 " + H.substring(1) + "  ./a\n"),
        Arguments.of("tree.format", "f 0644 1 " + H + "  ./a\n"),
        Arguments.of("tree.format", "f 648 1 " + H + "  ./a\n"),
        Arguments.of("tree.format", "f 644 01 " + H + "  ./a\n"),
        Arguments.of("tree.format", "f 644 -1 " + H + "  ./a\n"),
        Arguments.of("tree.format", "f 644 99999999999999999 " + H + "  ./a\n"),
        Arguments.of("tree.format", file.replace("./", "") + "a\n"),
        Arguments.of("tree.format", file + "a"), // No line feed at the end.
        Arguments.of("tree.format", "\n"),
        Arguments.of("tree.format", "#comment\n"),
        Arguments.of("tree.format", "x ./a\n"),
        Arguments.of("tree.format", "l target ./a\n"),
        Arguments.of("tree.format", "d .\n"),
        Arguments.of("tree.format", "d ./" + "x".repeat(5_000) + "\n"),
        Arguments.of("tree.format", file + "a/b\nd ./a\n"),
        Arguments.of("tree.format", "d ./a\nd ./a/b/c\n"),
        Arguments.of("entry.mode", "f 4755 1 " + H + "  ./a\n"),
        Arguments.of("entry.mode", "f 2755 1 " + H + "  ./a\n"),
        Arguments.of("entry.mode", "f 1644 1 " + H + "  ./a\n"),
        Arguments.of("tree.order", file + "b\n" + file + "a\n"),
        Arguments.of("tree.order", file + "a/b\n" + file + "a-b\n"),
        Arguments.of("tree.order", "d ./x\n" + file + "a\n"),
        Arguments.of("tree.order", "d ./x\nl a\t./y\n"),
        Arguments.of("tree.order", "l a\t./y\n" + file + "a\n"),
        Arguments.of("path.duplicate", file + "a\n" + file + "a\n"),
        Arguments.of("path.duplicate", file + "a\nl b\t./a\n"),
        Arguments.of("path.duplicate", file + "a\nd ./a\n"),
        Arguments.of("path.duplicate", "d ./a\nd ./a\n"),
        Arguments.of("path.not-a-directory", file + "a\n" + file + "a/b\n"),
        Arguments.of("path.not-a-directory", file + "b/c\nl b\t./a\nd ./a/x\n"),
        Arguments.of("path.absolute", file.replace("./", "/") + "etc/passwd\n"),
        Arguments.of("path.traversal", file + "../evil\n"),
        Arguments.of("path.traversal", file.replace("./", "../") + "evil\n"),
        Arguments.of("path.absolute", file + "/etc/passwd\n"),
        Arguments.of("path.component", file + "a//b\n"),
        Arguments.of("path.char", file + "a\rb\n"),
        Arguments.of("path.char", file + "a\u2028\u001bb\n"),
        Arguments.of("path.reserved", file + ".pointsman/x\n"),
        Arguments.of("link.absolute", "l /etc/passwd\t./a\n"),
        Arguments.of("link.escape", "l ../x\t./a\n"),
        Arguments.of("link.form", "l \t./a\n"),
        Arguments.of("link.dangling", "l b\t./a\n"),
        Arguments.of("link.loop", "l b\t./a\nl a\t./b\n"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWithItsCode(String code, String lines) {
    Refusals.assertRefused(code, () -> read(lines));
  }

  @Test
  void refusesAnotherFirstLine() {
    for (String first : new String[] {"", "#pointsman-tree 2\n", "#pointsman-tree 1\r\n"}) {
      byte[] list = first.getBytes(StandardCharsets.UTF_8);
      assertThat(Refusals.assertRefused("tree.format", () -> read(list)))
          .hasMessageContaining("line 1");
    }
  }

  @Test
  void refusesNamesThatAreNotUtf8() {
    byte[] list = (FileList.HEADER + "\nd ./a\u00e9\n").getBytes(StandardCharsets.ISO_8859_1);
    Refusals.assertRefused("path.encoding", () -> read(list));
  }

  @Test
  void readsNamesWithUnusualLineSeparators() throws Rejected, IOException {
    assertThat(read("f 644 1 " + H + "  ./a\u2028b\nl a\u2028b\t./l\n").files()).hasSize(1);
  }

  @Test
  void refusesOrReadsEveryMutation() throws IOException {
    byte[] list =
        (FileList.HEADER + "\nf 644 1 " + H + "  ./a/b\nf 755 0 " + H + "  ./c\nl c\t./l\nd ./x\n")
            .getBytes(StandardCharsets.UTF_8);
    long seed = 5;
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] mutated = list.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        mutated[random.nextInt(list.length)] = (byte) random.nextInt(256);
      }
      try {
        read(mutated);
      } catch (Rejected e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  @Test
  void readsAnEmptyTree() throws Rejected, IOException {
    assertThat(read("").files()).isEmpty();
  }
}
