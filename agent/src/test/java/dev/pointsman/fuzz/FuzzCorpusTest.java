package dev.pointsman.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Reads again what fuzzing has found so far: real files, inputs that reach every branch, and each
 * input that ever broke a promise.
 */
class FuzzCorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/fuzz");
  private static final long MOST_BYTES = 2 << 20;

  @ParameterizedTest
  @EnumSource(FuzzTarget.class)
  void keepsThePropertyOnEveryInputOfTheCorpus(FuzzTarget target) throws Exception {
    List<Path> inputs = inputs(CORPUS.resolve(target.corpus()));
    assertThat(inputs).as("the corpus of %s", target.corpus()).hasSizeGreaterThanOrEqualTo(3);
    for (Path input : inputs) {
      try {
        target.run(Files.readAllBytes(input));
      } catch (AssertionError | Exception e) {
        throw new AssertionError(input + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void hasATargetForEveryCorpus() throws IOException {
    try (Stream<Path> directories = Files.list(CORPUS)) {
      assertThat(directories.filter(Files::isDirectory).map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(FuzzTarget.values()).map(FuzzTarget::corpus).toList());
    }
  }

  @Test
  void staysSmall() throws IOException {
    long bytes = 0;
    for (FuzzTarget target : FuzzTarget.values()) {
      for (Path input : inputs(CORPUS.resolve(target.corpus()))) {
        bytes += Files.size(input);
      }
    }
    assertThat(bytes).isLessThan(MOST_BYTES);
  }

  private static List<Path> inputs(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }
}
