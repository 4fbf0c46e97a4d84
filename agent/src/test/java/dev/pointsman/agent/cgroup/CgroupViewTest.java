package dev.pointsman.agent.cgroup;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent, process 4711, in a hierarchy of plain files. */
final class CgroupViewTest {
  @TempDir Path temp;

  private Path host(String enabled) throws IOException {
    Path process = Files.createDirectories(temp.resolve("proc/4711"));
    Files.writeString(process.resolve("cgroup"), "0::/pointsman.service/agent\n");
    Files.writeString(
        process.resolve("mountinfo"),
        "31 30 0:27 / " + temp.resolve("cg") + " rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
    Path unit = Files.createDirectories(temp.resolve("cg/pointsman.service/agent")).getParent();
    Files.writeString(unit.resolve("cgroup.procs"), "");
    Files.writeString(unit.resolve("cgroup.subtree_control"), enabled);
    return unit;
  }

  private CgroupView view() {
    return CgroupView.of(temp.resolve("proc"), 4711);
  }

  @Test
  void hasTheControllersThatTheAgentHasEnabled() throws Exception {
    Path unit = host("cpu io memory\n");
    Files.getFileAttributeView(unit, UserDefinedFileAttributeView.class)
        .write("delegate", US_ASCII.encode("1"));

    CgroupView view = view();

    assertThat(view.isDelegated()).isTrue();
    assertThat(view.controllers()).containsExactlyInAnyOrder("cpu", "memory");
    assertThat(unit.resolve("cgroup.subtree_control")).hasContent("cpu io memory");
  }

  @Test
  void saysWhyThereAreNone() throws Exception {
    host("");

    assertThat(view().isDelegated()).isFalse();
    assertThat(view().why()).contains("no cgroup around the agent's own is delegated to it");
  }

  @Test
  void saysThatTheProcessIsGone() {
    assertThat(view().why()).startsWith("what cgroup the agent is in cannot be read: ");
  }
}
