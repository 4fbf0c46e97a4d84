package dev.pointsman.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/configuration.md says of every key what the code does. */
class ConfigDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/configuration.md");

  /** Their effective value is made from the place of the file or of the host. */
  private static final Set<String> PLACED =
      Set.of("name", "socket", "allowed_signers", "listen", "require");

  @TempDir Path temp;

  @Test
  void everyKeyIsDocumentedWithItsDefault() throws Exception {
    String least = "port = 3000\n[trust]\nrequire = [\"1 of ci@web\"]\n";
    ConfigFolder folder = new ConfigFolder(temp).write("apps.d/web.toml", least);
    List<String> document = Files.readAllLines(DOCUMENT);
    List<String> keys =
        EffectiveConfig.of(folder.read())
            .lines()
            .flatMap(ConfigDocumentTest::row)
            .distinct()
            .toList();
    assertThat(keys).hasSizeGreaterThan(45);
    assertThat(keys)
        .allSatisfy(row -> assertThat(document).as(row).anyMatch(line -> line.startsWith(row)));
  }

  /** How the document's row for this line of the effective configuration begins. */
  private static Stream<String> row(String line) {
    if (line.startsWith("# platform") || line.startsWith("# ----")) {
      return Stream.empty();
    }
    String[] unset = line.substring(line.startsWith("# ") ? 2 : 0).split(": ", 2);
    if (line.startsWith("# ")) {
      return Stream.of("| `" + unset[0] + "` |");
    }
    String[] set = line.split(" = ", 2);
    if (set.length < 2) {
      return line.isEmpty() ? Stream.empty() : Stream.of("| `" + line + "` |");
    }
    String row = "| `" + set[0] + "` |";
    return Stream.of(PLACED.contains(set[0]) ? row : row + " `" + set[1] + "` |");
  }
}
