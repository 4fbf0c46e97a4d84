package dev.pointsman.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a change in a file while the agent runs. */
final class ConfigChangesTest {
  private static final String TRUST = "[trust]\nrequire = [\"1 of ci@web\"]\n";

  @TempDir Path temp;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(temp.resolve("apps.d"));
    Files.writeString(temp.resolve("allowed_signers"), "");
  }

  private HostConfig read(String host, String app) throws Exception {
    Files.writeString(temp.resolve("agent.toml"), host);
    Files.writeString(temp.resolve("apps.d/web.toml"), app);
    return ConfigReader.read(temp.resolve("agent.toml"), new HostFacts("web-1", "linux/amd64"));
  }

  private AppConfig app(String text) throws Exception {
    return read("", text).apps().getFirst();
  }

  @Test
  void toldApartByWhatBecomesOfThem() throws Exception {
    AppConfig was = app("port = 3000\n" + TRUST);
    AppConfig is =
        app(
            """
            port = 3001
            backlog = 7
            instances = 3
            command = ["node", "x.js"]
            keep_releases = 9
            [env]
            A = "b"
            [roll]
            drain_timeout = "7s"
            """
                + TRUST);
    assertThat(ConfigChanges.between(was, is))
        .isEqualTo(
            new ConfigChanges(
                List.of("roll", "keep_releases"),
                List.of("instances", "command", "env"),
                List.of("listen", "backlog")));
    assertThat(ConfigChanges.between(was, was))
        .isEqualTo(new ConfigChanges(List.of(), List.of(), List.of()));
  }

  @Test
  void whatOnlyAStartChangesIsKept() throws Exception {
    AppConfig was = app("port = 3000\n" + TRUST);
    AppConfig is = app("port = 3001\nbacklog = 7\ninstances = 3\n[log]\nkeep = 1\n" + TRUST);
    AppConfig kept = is.keeping(was);
    assertThat(kept.listen()).isEqualTo(was.listen()).isNotEqualTo(is.listen());
    assertThat(kept.instances()).isEqualTo(3);
    Set<String> start = new HashSet<>(ConfigChanges.between(was, is).start());
    assertThat(start).isNotEmpty();
    assertThat(ConfigChanges.between(was, kept).start())
        .as("nothing that needs a start has changed")
        .isEmpty();
    assertThat(ConfigChanges.between(kept, is).start())
        .as("and all of it still waits")
        .containsExactlyInAnyOrderElementsOf(start);
  }

  @Test
  void everyKeyOfTheHostNeedsAStart() throws Exception {
    HostConfig was = read("", "port = 3000\n" + TRUST);
    HostConfig is = read("name = \"x\"\n[limits]\nuploads = 3\n", "port = 3001\n" + TRUST);
    assertThat(ConfigChanges.between(was, is)).containsExactly("name", "limits");
    assertThat(Arrays.stream(HostConfig.class.getRecordComponents()).map(it -> it.getName()))
        .as("the apps are compared one by one")
        .contains("apps");
  }
}
