package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FsyncDurabilityTest {
  @TempDir private Path directory;

  private Path tree(int files) throws IOException {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    for (int i = 0; i < files; i++) {
      Path folder = Files.createDirectories(tree.resolve("d" + i % 7));
      Files.writeString(folder.resolve("f" + i), "x");
    }
    Files.createSymbolicLink(tree.resolve("link"), Path.of("d0/f0"));
    return tree;
  }

  private static long syncThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("sync-"))
        .count();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void syncsManyMoreFilesThanItHasThreadsAndLeavesNoThread() throws Exception {
    new FsyncDurability().barrier(tree(1000));
    assertThat(syncThreads()).isZero();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void namesTheFileThatCouldNotBeSyncedAndLeavesNoThread() throws Exception {
    Path tree = tree(10);
    Path gone = tree.resolve("gone");
    List<Path> written = new java.util.ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      written.add(i == 5 ? gone : tree.resolve("d0/f0"));
    }
    assertThatThrownBy(() -> new FsyncDurability().barrier(tree, written))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot sync " + gone);
    assertThat(syncThreads()).isZero();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void syncsOfTheFilesOnlyThoseThatWereWritten() throws Exception {
    Path tree = tree(3);
    // A file that cannot be opened shows that it is not touched.
    Process mkfifo = new ProcessBuilder("mkfifo", tree.resolve("d1/pipe").toString()).start();
    assertThat(new String(mkfifo.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();

    new FsyncDurability().barrier(tree, List.of(tree.resolve("d0/f0")));
  }
}
