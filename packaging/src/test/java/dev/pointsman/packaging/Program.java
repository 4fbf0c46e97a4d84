package dev.pointsman.packaging;

import java.nio.file.Files;
import java.nio.file.Path;

/** What is tested, and what lies beside it in the repository. */
final class Program {
  /** Set to try another distribution than the one that was just built. */
  private static final String DISTRIBUTION = "pointsman.distribution";

  private Program() {}

  /** {@code packaging/}. */
  static Path folder() {
    return Path.of("").toAbsolutePath();
  }

  static Path distribution() {
    String named = System.getProperty(DISTRIBUTION);
    Path distribution =
        named != null ? Path.of(named) : folder().resolveSibling("agent/target/pointsman");
    if (!Files.isExecutable(distribution.resolve("bin/pointsman"))) {
      throw new AssertionError(
          distribution + " is no distribution: build the agent first (mvn package), all of it");
    }
    return distribution;
  }
}
