package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseTreeTest {
  private static final TreeLimits WIDE = new TreeLimits(10_000, 1_000, 1L << 60, 1L << 60, 1 << 22);
  private static final String H = "0123456789abcdef".repeat(4);

  /** Directories whose names sort around a slash, which is where a search goes wrong first. */
  private static final String LIST =
      """
      #pointsman-tree 1
      f 0 0 %1$s  ./a
      f 755 9007199254740991 %1$s  ./b-c/x
      f 70 7 %1$s  ./b.c/x
      f 100 7 %1$s  ./b/c/x
      f 644 7 %1$s  ./b/d
      f 700 7 %1$s  ./b0
      f 644 7 %1$s  ./gr\u00fc\u00df/e
      l ../b/c\t./l/b
      l a\t./z
      d ./b/empty
      d ./e/f/g
      """
          .formatted(H);

  private static ReleaseTree tree() throws Rejected {
    return FileList.read(ByteBuffer.wrap(LIST.getBytes(StandardCharsets.UTF_8)), WIDE);
  }

  @Test
  void everyEntryIsFoundAtItsPath() throws Rejected {
    ReleaseTree tree = tree();
    for (int i = 0; i < tree.files().size(); i++) {
      TreeEntry.File file = tree.files().get(i);
      assertThat(tree.indexOfFile(file.path())).isEqualTo(i);
      assertThat(tree.file(file.path())).hasValue(file);
    }
    for (int i = 0; i < tree.links().size(); i++) {
      TreeEntry.Link link = tree.links().get(i);
      assertThat(tree.indexOfLink(link.path())).isEqualTo(i);
      assertThat(tree.link(link.path())).hasValue(link);
    }
    assertThat(tree.file("b-c/x"))
        .hasValue(new TreeEntry.File("b-c/x", true, 9_007_199_254_740_991L, H));
    assertThat(tree.link("l/b")).hasValue(new TreeEntry.Link("l/b", "../b/c"));
  }

  @Test
  void theOwnersBitDecidesWhetherAFileIsExecutable() throws Rejected {
    assertThat(tree().files())
        .filteredOn(TreeEntry.File::executable)
        .extracting(TreeEntry.File::path)
        .containsExactly("b-c/x", "b/c/x", "b0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"b", "b-c", "b.c", "b/c", "gr\u00fc\u00df", "l", "b/empty", "e", "e/f", "e/f/g"})
  void knowsEveryDirectory(String path) throws Rejected {
    assertThat(tree().hasDirectory(path)).isTrue();
    assertThat(tree().indexOfFile(path)).isNegative();
    assertThat(tree().indexOfLink(path)).isNegative();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "a", "b/", "/b", "b//c", "b0", "b/c/x", "b/em", "c", "z", "e/f/g/h", "B", "a\nf",
        "."
      })
  void knowsNoOther(String path) throws Rejected {
    assertThat(tree().hasDirectory(path)).isFalse();
  }

  @Test
  void aKeyDoesNotReachOverTheEndOfALine() throws Rejected {
    assertThat(tree().indexOfFile("a\nf 755 9007199254740991 " + H + "  ./b-c/x")).isNegative();
    assertThat(tree().hasDirectory("a\nf 755 9007199254740991 " + H + "  .")).isFalse();
    assertThat(tree().hasDirectory("x/".repeat(100) + "x")).isFalse();
  }

  @Test
  void noTwoDirectoriesHaveTheSameNumber() throws Rejected {
    ReleaseTree tree = tree();
    Set<Integer> numbers = new HashSet<>();
    for (String path :
        List.of("b", "b-c", "b.c", "b/c", "gr\u00fc\u00df", "l", "b/empty", "e", "e/f", "e/f/g")) {
      assertThat(numbers.add(tree.indexOfDirectory(path))).as(path).isTrue();
    }
    assertThat(Collections.max(numbers)).isLessThan(64 * 11);
  }

  @Test
  void viewsHaveAnEnd() throws Rejected {
    ReleaseTree tree = tree();
    assertThatThrownBy(() -> tree.files().get(7)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tree.links().get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(tree.emptyDirectories())
        .containsExactly(
            new TreeEntry.EmptyDirectory("b/empty"), new TreeEntry.EmptyDirectory("e/f/g"));
    assertThat(tree.bytes()).isEqualTo(9_007_199_254_740_991L + 5 * 7);
  }

  @Test
  void theListIsTheOneThatWasRead() throws Rejected {
    assertThat(new String(Buffers.bytes(tree().list()), StandardCharsets.UTF_8)).isEqualTo(LIST);
  }

  @ParameterizedTest
  @CsvSource({
    "f 644 1 H  ./cafe\u0301|f 644 1 H  ./caf\u00e9, path.collision",
    "f 644 1 H  ./cafe\u0301/a|f 644 1 H  ./caf\u00e9/b, path.collision",
    "f 644 1 H  ./caf\u00e9/a|l caf\u00e9/a\t./cafe\u0301, path.collision",
    "f 644 1 H  ./cafe\u0301/a|l a\t./cafe\u0301/b, ok",
    "f 644 1 H  ./\u1e9b\u0323|f 644 1 H  ./\u017f\u0323\u0307, path.collision",
    "f 644 1 H  ./s\u0307\u0323|f 644 1 H  ./s\u0323\u0307, path.collision",
    "f 644 1 H  ./a/K|f 644 1 H  ./a/\u212a, path.collision",
    "f 644 1 H  ./a/K|f 644 1 H  ./b/\u212a, ok"
  })
  void namesThatUnicodeCallsTheSameCollide(String lines, String expected)
      throws Rejected, IOException {
    List<String> sorted = new ArrayList<>(List.of(lines.replace("H", H).split("\\|")));
    sorted.sort(PathRules.BYTE_ORDER); // All f, then all l, as their letters are.
    byte[] list =
        (FileList.HEADER + "\n" + String.join("\n", sorted) + "\n")
            .getBytes(StandardCharsets.UTF_8);
    if (expected.equals("ok")) {
      assertThat(FileList.read(ByteBuffer.wrap(list), WIDE).files()).isNotEmpty();
    } else {
      Refusals.assertRefused(expected, () -> FileList.read(ByteBuffer.wrap(list), WIDE));
    }
  }

  @Test
  void aListLongerThanAllowedIsRefused() {
    TreeLimits narrow = new TreeLimits(100, 100, 100, 100, FileList.HEADER.length());
    byte[] list = (FileList.HEADER + "\n").getBytes(StandardCharsets.UTF_8);
    Refusals.assertRefused("limit.list", () -> FileList.read(ByteBuffer.wrap(list), narrow));
  }

  /** Names of few letters, so that paths meet; the model is a map. */
  @Test
  void whatIsBuiltInAnyOrderIsWhatAModelHas() throws Rejected, IOException {
    long seed = 11;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      TreeBuilder builder = new TreeBuilder(WIDE);
      TreeMap<String, Long> files = new TreeMap<>(PathRules.BYTE_ORDER);
      Set<String> directories = new HashSet<>();
      for (int i = 0; i < 60; i++) {
        String path = path(random);
        boolean taken = files.containsKey(path) || directories.contains(path);
        boolean under = parents(path).stream().anyMatch(files::containsKey);
        if (taken || under) {
          Refusals.assertRefused(
              taken ? "path.duplicate" : "path.not-a-directory", () -> builder.claimFile(path, 1));
        } else {
          builder.claimFile(path, i);
          builder.add(new TreeEntry.File(path, i % 2 == 0, i, H));
          files.put(path, (long) i);
          directories.addAll(parents(path));
        }
      }
      ByteArrayOutputStream list = new ByteArrayOutputStream();
      builder.write(list);
      ReleaseTree tree = FileList.read(ByteBuffer.wrap(list.toByteArray()), WIDE);
      String what = "seed " + seed + ", round " + round;
      assertThat(tree.files())
          .as(what)
          .extracting(TreeEntry.File::path)
          .containsExactlyElementsOf(files.keySet());
      assertThat(tree.files())
          .as(what)
          .extracting(TreeEntry.File::size)
          .containsExactlyElementsOf(files.values());
      for (int i = 0; i < 100; i++) {
        String path = path(random);
        assertThat(tree.file(path).isPresent()).as(what + path).isEqualTo(files.containsKey(path));
        assertThat(tree.hasDirectory(path)).as(what + path).isEqualTo(directories.contains(path));
        assertThat(builder.file(path)).as(what + path).isEqualTo(tree.file(path));
      }
    }
  }

  private static String path(Random random) {
    StringBuilder path = new StringBuilder();
    for (int depth = random.nextInt(4); depth >= 0; depth--) {
      path.append(
          "a-\u00e9\ud83d\ude00"
              .codePoints().skip(random.nextInt(4)).findFirst().stream()
                  .mapToObj(Character::toString)
                  .findFirst()
                  .orElseThrow());
      path.append(random.nextBoolean() ? "" : "-b").append(depth > 0 ? "/" : "");
    }
    return path.toString();
  }

  private static List<String> parents(String path) {
    List<String> parents = new ArrayList<>();
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      parents.add(path.substring(0, slash));
    }
    return parents;
  }
}
