package dev.pointsman.agent.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WantedTest {
  private static final TreeLimits LIMITS = new TreeLimits(100, 10, 1 << 20, 1 << 20, 1 << 20);
  private ReleaseTree tree;
  private Wanted wanted;

  /** Files of one byte, but {@code big*} of ten; the same letter is the same content. */
  @BeforeEach
  void read() throws Exception {
    StringBuilder list = new StringBuilder("#pointsman-tree 1\n");
    for (String file : List.of("a a", "big1 b", "big2 c", "copy a", "d d", "e d")) {
      String[] words = file.split(" ");
      String size = words[0].startsWith("big") ? "10" : "1";
      list.append("f 644 " + size + " " + words[1].repeat(64) + "  ./" + words[0] + "\n");
    }
    tree = FileList.read(ByteBuffer.wrap(list.toString().getBytes(StandardCharsets.UTF_8)), LIMITS);
    wanted = new Wanted(tree, 9);
  }

  private static List<String> paths(Iterable<TreeEntry.File> files) {
    List<String> paths = new ArrayList<>();
    files.forEach(file -> paths.add(file.path()));
    return paths;
  }

  /** A pass over files of these names, which notes what was read of them. */
  private static Content content(String... paths) {
    return () -> {
      Iterator<String> left = List.of(paths).iterator();
      return new Content.Files() {
        @Override
        public Content.@Nullable Item next() {
          if (!left.hasNext()) {
            return null;
          }
          String path = left.next();
          byte[] bytes =
              path.startsWith("big") ? "0123456789".getBytes(StandardCharsets.UTF_8) : new byte[1];
          return new Content.Item(path, bytes.length, new ByteArrayInputStream(bytes));
        }

        @Override
        public void close() {}
      };
    };
  }

  @Test
  void sortsWhatIsAskedForBySizeAndByTheList() throws Exception {
    for (String path : List.of("./d", "big2", "./a", "./big1", "./a")) {
      wanted.accept(path);
    }

    wanted.check();
    assertThat(paths(wanted.large())).containsExactly("big1", "big2");
    assertThat(paths(wanted.small())).containsExactly("a", "d");
    assertThat(wanted.count()).isEqualTo(4);
    assertThat(wanted.bytes()).isEqualTo(22);
  }

  @Test
  void namesWhatIsNotInTheList() {
    wanted.accept("./a");
    wanted.accept("./../etc/passwd");

    assertThatThrownBy(wanted::check).hasMessageContaining("'./../etc/passwd', which is not in");
  }

  /** The payload has "a" in full and "copy" as a link to it; the agent may ask for either. */
  @Test
  void packsByContentWhateverPathItComesUnder() throws Exception {
    wanted.accept("./copy");
    wanted.accept("./d");
    wanted.accept("./e");

    try (PackStream pack = wanted.pack(content("a", "big1", "d", "e"))) {
      String tar = new String(pack.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(pack.count()).isEqualTo(2);
      assertThat(tar.substring(0, 6)).isEqualTo("./copy");
      assertThat(tar.indexOf("./d")).isEqualTo(1024);
      assertThat(tar.charAt(2048 + 156)).as("./e is a hard link").isEqualTo('1');
      assertThat(tar).hasSize(2048 + 512 + 1024);
    }
  }

  @Test
  void readsLargeFilesInOnePassAndFromWhereTheyAreNeeded() throws Exception {
    wanted.accept("big1");
    wanted.accept("big2");

    try (LargeFiles files = wanted.large(content("a", "big2", "d", "big1", "e"))) {
      LargeFiles.Large first = files.next();
      assertThat(first.file().path()).isEqualTo("big2");
      assertThat(first.from(4).readAllBytes()).asString().isEqualTo("456789");
      assertThat(files.next().file().path()).isEqualTo("big1");
      assertThat(files.next()).isNull();
    }
  }

  @Test
  void saysWhichLargeFileIsNotInTheContent() throws Exception {
    wanted.accept("big1");

    try (LargeFiles files = wanted.large(content("a", "big2"))) {
      assertThatThrownBy(files::next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("there is no big1 in what was packed");
    }
  }
}
