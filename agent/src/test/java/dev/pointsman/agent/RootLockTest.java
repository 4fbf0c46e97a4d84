package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootLockTest {
  @TempDir Path root;

  @Test
  void isHadByOneAtATime() throws IOException {
    RootLock first = RootLock.take(root);

    assertThatThrownBy(() -> RootLock.take(root))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("another agent runs on " + root)
        .hasMessageContaining("stop it first");
    first.close();
    RootLock.take(root).close();
  }

  @Test
  void saysWhereItCannotBeMade() {
    assertThatThrownBy(() -> RootLock.take(root.resolve("missing")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing");
  }
}
