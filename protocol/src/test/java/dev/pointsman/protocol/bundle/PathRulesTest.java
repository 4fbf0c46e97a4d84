package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathRulesTest {
  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("", "path.component"),
        Arguments.of("/tmp/evil", "path.absolute"),
        Arguments.of("//x", "path.absolute"),
        Arguments.of("../evil", "path.traversal"),
        Arguments.of("a/../../evil", "path.traversal"),
        Arguments.of("a/./b", "path.traversal"),
        Arguments.of(".", "path.traversal"),
        Arguments.of("..", "path.traversal"),
        Arguments.of("a//b", "path.component"),
        Arguments.of("a/", "path.component"),
        Arguments.of("..\\..\\evil", "path.char"),
        Arguments.of("C:\\x", "path.char"),
        Arguments.of("a\nb", "path.char"),
        Arguments.of("a\rb", "path.char"),
        Arguments.of("a\u001b[2Jb", "path.char"),
        Arguments.of("a\0b", "path.char"),
        Arguments.of("a\u007fb", "path.char"),
        Arguments.of("a\u0085b", "path.char"),
        Arguments.of("a\u009fb", "path.char"),
        Arguments.of("\ufeffa", "path.char"),
        Arguments.of("a\u202egpj.exe", "path.char"),
        Arguments.of("a\u202a", "path.char"),
        Arguments.of("a\u2066b", "path.char"),
        Arguments.of("a\u2069b", "path.char"),
        Arguments.of("x".repeat(256), "path.component"),
        Arguments.of("\u00e9".repeat(128), "path.component"),
        Arguments.of(("x".repeat(255) + "/").repeat(4) + "y", "path.too-long"),
        Arguments.of("d/".repeat(64) + "f", "path.too-deep"),
        Arguments.of(".pointsman", "path.reserved"),
        Arguments.of(".pointsman/seal", "path.reserved"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWithItsCode(String path, String code) {
    Refusals.assertRefused(code, () -> PathRules.check(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a/b",
        "...",
        "..a/b..",
        ".hidden/.x",
        "node_modules/@types/node/index.d.ts",
        "C:/x",
        "gr\u00fc\u00dfe \ud83d\ude00.txt",
        "a/.pointsman",
        ".pointsman2",
        "[id]/(group)/$x 'quoted' \"too\""
      })
  void acceptsWhatTreesHave(String path) {
    assertThatCode(() -> PathRules.check(path)).doesNotThrowAnyException();
  }

  @Test
  void acceptsTheLongestAndTheDeepest() {
    String longest = ("x".repeat(255) + "/").repeat(3) + "y".repeat(255);
    assertThat(longest).hasSize(1_023);
    assertThatCode(() -> PathRules.check(longest + "z".repeat(0))).doesNotThrowAnyException();
    assertThatCode(() -> PathRules.check("d/".repeat(63) + "f")).doesNotThrowAnyException();
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[][] wrong = {
      {(byte) 0xff},
      {(byte) 0xc0, (byte) 0xaf}, // An overlong slash.
      {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // A lone surrogate.
      {'a', (byte) 0xe2, (byte) 0x82}, // Cut.
    };
    for (byte[] bytes : wrong) {
      Refusals.assertRefused("path.encoding", () -> PathRules.decode(bytes, 0, bytes.length));
    }
  }

  @Test
  void namesThePathWithoutItsControlCharacters() {
    String entry =
        Refusals.assertRefused("path.char", () -> PathRules.check("x\u001b[31m\u202ey")).entry();
    assertThat(entry).doesNotContain("\u001b", "\u202e").contains("x").contains("y");
  }

  @Test
  void sortsAsTheBytesDo() {
    List<String> names =
        new ArrayList<>(
            List.of(
                "a",
                "a/b",
                "a-b",
                "a.b",
                "A",
                "b",
                "\u00e9",
                "z",
                "\uffee",
                "\ud83d\ude00",
                "aa",
                ""));
    Collections.shuffle(names, new java.util.Random(7));
    List<String> byBytes = new ArrayList<>(names);
    byBytes.sort((left, right) ->
        Arrays.compareUnsigned(
            left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8)));
    names.sort(PathRules.BYTE_ORDER);
    assertThat(names).isEqualTo(byBytes);
  }
}
