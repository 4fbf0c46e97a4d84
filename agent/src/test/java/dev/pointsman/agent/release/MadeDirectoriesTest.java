package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MadeDirectoriesTest {
  @Test
  void knowsWhatWasAddedAndNothingElse() {
    MadeDirectories made = new MadeDirectories();
    for (int i = 0; i < 20_000; i++) {
      assertThat(made.contains("node_modules/package-" + i)).isFalse();
      made.add("node_modules/package-" + i);
      made.add("node_modules/package-" + i);
      assertThat(made.contains("node_modules/package-" + i)).isTrue();
    }
    for (int i = 0; i < 20_000; i++) {
      assertThat(made.contains("node_modules/package-" + i)).isTrue();
      assertThat(made.contains("node_modules/package-" + i + "/x")).isFalse();
    }
    made.clear();
    assertThat(made.contains("node_modules/package-7")).isFalse();
  }
}
