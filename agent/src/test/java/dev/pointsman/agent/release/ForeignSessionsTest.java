package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.bundle.AppName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignSessionsTest {
  @TempDir private Path root;

  @Test
  void onlyThoseOfConfiguredAppsStay() throws Exception {
    assertThat(ForeignSessions.delete(root, List.of())).isZero();
    for (String name : List.of("web.r1", ".gc-web.r2", "web-two.r1", "web2.r1", "stray")) {
      Files.createDirectories(root.resolve("incoming").resolve(name).resolve("blobs"));
    }
    assertThat(ForeignSessions.delete(root, List.of(new AppName("web"), new AppName("api"))))
        .isEqualTo(3);
    assertThat(root.resolve("incoming"))
        .isDirectoryContaining("glob:**/web.r1")
        .isDirectoryContaining("glob:**/.gc-web.r2");
    try (var left = Files.list(root.resolve("incoming"))) {
      assertThat(left).hasSize(2);
    }
  }
}
