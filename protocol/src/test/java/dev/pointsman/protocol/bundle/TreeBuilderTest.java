package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TreeBuilderTest {
  private static final TreeLimits WIDE = new TreeLimits(1_000, 100, 1 << 20, 1 << 20, 1 << 20);
  private static final String DIGEST = "0".repeat(64);

  /** Entries as {@code f PATH}, {@code d PATH} and {@code l PATH -> TARGET}. */
  private static ReleaseTree build(TreeLimits limits, String... entries)
      throws Rejected, IOException {
    TreeBuilder builder = new TreeBuilder(limits);
    for (String entry : entries) {
      String rest = entry.substring(2);
      switch (entry.charAt(0)) {
        case 'f' -> {
          builder.claimFile(rest, 1);
          builder.add(new TreeEntry.File(rest, false, 1, DIGEST));
        }
        case 'd' -> builder.addDirectory(rest);
        default -> builder.addLink(rest.split(" -> ", 2)[0], rest.split(" -> ", 2)[1]);
      }
    }
    return builder.build();
  }

  private static void refuses(String code, String... entries) {
    Refusals.assertRefused(code, () -> build(WIDE, entries));
  }

  @Nested
  class Paths {
    @Test
    void sortsAndKeepsOnlyEmptyDirectories() throws Rejected, IOException {
      ReleaseTree tree =
          build(WIDE, "f z", "d a", "f a/b", "d empty", "l k -> a/b", "d a/inner", "f a-b");
      assertThat(tree.files()).extracting(TreeEntry.File::path).containsExactly("a-b", "a/b", "z");
      assertThat(tree.links()).containsExactly(new TreeEntry.Link("k", "a/b"));
      assertThat(tree.emptyDirectories())
          .extracting(TreeEntry.EmptyDirectory::path)
          .containsExactly("a/inner", "empty");
      assertThat(tree.bytes()).isEqualTo(3);
    }

    @Test
    void refusesAPathThatOccursTwice() {
      refuses("path.duplicate", "f a", "f a");
      refuses("path.duplicate", "f a", "d a");
      refuses("path.duplicate", "d a", "f a");
      refuses("path.duplicate", "d a", "d a");
      refuses("path.duplicate", "f a/b", "f a");
      refuses("path.duplicate", "f a/b", "l a -> b");
      refuses("path.duplicate", "d d", "l d -> e");
    }

    @Test
    void refusesAFileOrALinkAsParent() {
      refuses("path.not-a-directory", "f a", "f a/b");
      refuses("path.not-a-directory", "f a", "d a/b/c");
      refuses("path.not-a-directory", "d sub", "l d -> sub", "f d/f");
    }

    @Test
    void acceptsADirectoryNamedAfterItsContent() throws Rejected, IOException {
      assertThat(build(WIDE, "f a/b/c", "d a/b", "d a").emptyDirectories()).isEmpty();
    }

    @Test
    void refusesTwoFormsOfOneName() {
      refuses("path.collision", "f caf\u00e9", "f cafe\u0301");
      refuses("path.collision", "f cafe\u0301", "f caf\u00e9");
      refuses("path.collision", "f caf\u00e9/a", "f cafe\u0301/b");
      refuses("path.collision", "d cafe\u0301", "f caf\u00e9/b");
      refuses("path.collision", "f K", "f \u212a"); // The Kelvin sign composes to K.
      refuses("path.collision", "f \u212a", "f K");
      refuses("path.collision", "f \u1e9b\u0323", "f \u017f\u0323\u0307");
    }

    @Test
    void acceptsOneFormAndOtherCase() throws Rejected, IOException {
      assertThat(build(WIDE, "f cafe\u0301/a", "f cafe\u0301/b", "f README", "f readme").files())
          .hasSize(4);
    }
  }

  @Nested
  class Links {
    static Stream<Arguments> refused() {
      return Stream.of(
          Arguments.of("l d -> /tmp", "link.absolute"),
          Arguments.of("l d -> ..", "link.escape"),
          Arguments.of("l d -> ../..", "link.escape"),
          Arguments.of("l d -> ../x", "link.escape"),
          Arguments.of("l p/d -> ../../etc/passwd", "link.escape"),
          Arguments.of("l p/q/r/d -> ../../..", "link.form"),
          Arguments.of("l e -> p/q/r/d/../../x", "link.form"),
          Arguments.of("l p/d -> ..", "link.form"),
          Arguments.of("l d -> .", "link.form"),
          Arguments.of("l d -> ./x", "link.form"),
          Arguments.of("l d -> x/./y", "link.form"),
          Arguments.of("l d -> x//y", "link.form"),
          Arguments.of("l d -> x/", "link.form"),
          Arguments.of("l p/d -> ..//x", "link.form"),
          Arguments.of("l d -> a\\b", "path.char"),
          Arguments.of("l d -> a\nb", "path.char"),
          Arguments.of("l d -> " + "x".repeat(256), "path.component"),
          Arguments.of("l d -> " + "x/".repeat(600) + "y", "path.too-long"),
          Arguments.of("l d -> x", "link.dangling"),
          Arguments.of("l d -> present/x", "link.dangling"),
          Arguments.of("l d -> d", "link.loop"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesATarget(String link, String code) {
      refuses(code, "f present", link);
    }

    @Test
    void refusesALinkWithoutATarget() {
      Refusals.assertRefused("link.form", () -> new TreeBuilder(WIDE).addLink("a", ""));
    }

    @Test
    void refusesToLeadThroughALinkWhicheverComesFirst() {
      refuses("link.form", "f dir/f", "l way -> dir", "l end -> way/f");
      refuses("link.form", "l end -> way/f", "l way -> dir", "f dir/f");
    }

    @Test
    void refusesACircle() {
      refuses("link.loop", "l a -> b", "l b -> a");
      refuses("link.loop", "l a -> b", "l b -> c", "l c -> b");
    }

    @Test
    void followsEightLinksAndNotNine() throws Rejected, IOException {
      assertThat(build(WIDE, chain(8)).links()).hasSize(8);
      refuses("link.loop", chain(9));
    }

    private static String[] chain(int length) {
      String[] entries = new String[length + 1];
      entries[0] = "f end";
      for (int i = 1; i <= length; i++) {
        entries[i] = "l k" + i + " -> " + (i == length ? "end" : "k" + (i + 1));
      }
      return entries;
    }

    @Test
    void acceptsWhatPackageManagersMake() throws Rejected, IOException {
      ReleaseTree tree =
          build(
              WIDE,
              "f node_modules/.pnpm/a@1/node_modules/a/cli.js",
              "l node_modules/.bin/a -> ../.pnpm/a@1/node_modules/a/cli.js",
              "l node_modules/a -> .pnpm/a@1/node_modules/a",
              "l node_modules/.pnpm/node_modules/a -> ../a@1/node_modules/a",
              "l deep/er/up -> ../../node_modules");
      assertThat(tree.links()).hasSize(4);
    }
  }

  @Nested
  class Limits {
    private final TreeLimits limits = new TreeLimits(5, 2, 3, 2, 1_000);

    @Test
    void countsImpliedDirectoriesAsEntries() throws Rejected, IOException {
      assertThat(build(limits, "f a/b/c/d/e").files()).hasSize(1);
      Refusals.assertRefused("limit.entries", () -> build(limits, "f a/b/c/d/e/f"));
    }

    @Test
    void stopsAtLinksBytesFileSizeAndNames() {
      Refusals.assertRefused(
          "limit.entries", () -> build(limits, "f a", "l b -> a", "l c -> a", "l d -> a"));
      Refusals.assertRefused("limit.bytes", () -> build(limits, "f a", "f b", "f c", "f d"));
      Refusals.assertRefused("limit.file", () -> new TreeBuilder(limits).claimFile("a", 3));
      Refusals.assertRefused(
          "limit.list",
          () ->
              build(
                  limits,
                  "f "
                      + "x".repeat(255)
                      + "/"
                      + "x".repeat(255)
                      + "/"
                      + "x".repeat(255)
                      + "/"
                      + "x".repeat(255)));
    }

    @Test
    void doesNotOverflowOnHugeSizes() throws Rejected, IOException {
      TreeLimits huge = new TreeLimits(5, 2, Long.MAX_VALUE, Long.MAX_VALUE, 100);
      TreeBuilder builder = new TreeBuilder(huge);
      builder.claimFile("a", Long.MAX_VALUE - 1);
      builder.add(new TreeEntry.File("a", false, Long.MAX_VALUE - 1, ""));
      Refusals.assertRefused("limit.bytes", () -> builder.claimFile("b", 2));
    }
  }

  @Test
  void aFileMustBeClaimedAndAdded() throws Rejected, IOException {
    TreeBuilder builder = new TreeBuilder(WIDE);
    assertThatThrownBy(() -> builder.add(new TreeEntry.File("a", false, 1, DIGEST)))
        .isInstanceOf(IllegalStateException.class);
    builder.claimFile("a", 1);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
  }
}
