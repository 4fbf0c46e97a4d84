package dev.pointsman.agent.cgroup;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DelegationTest {
  @TempDir Path temp;

  /** A host whose cgroup v2 is mounted at {@code mount}, with the agent in {@code own}. */
  private Delegation found(String own) throws IOException {
    Path self = Files.createDirectories(temp.resolve("proc/self"));
    Files.writeString(self.resolve("cgroup"), "4:memory:/x\n0::" + own + "\n");
    Files.writeString(
        self.resolve("mountinfo"),
        "25 30 0:23 / /proc rw - proc proc rw\n"
            + "31 30 0:27 / "
            + temp.resolve("cg")
            + " rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
    return Delegation.find(temp.resolve("proc"));
  }

  private Path cgroup(String path) throws IOException {
    Path directory = Files.createDirectories(temp.resolve("cg" + path));
    Files.writeString(directory.resolve("cgroup.procs"), "");
    Files.writeString(directory.resolve("cgroup.subtree_control"), "");
    return directory;
  }

  private static void mark(Path directory) throws IOException {
    Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class)
        .write("delegate", US_ASCII.encode("1"));
  }

  @Test
  void isTheMarkedDirectoryAroundTheAgentsOwn() throws Exception {
    Path unit = cgroup("/system.slice/pointsman.service");
    cgroup("/system.slice/pointsman.service/agent");
    mark(unit);

    assertThat(found("/system.slice/pointsman.service/agent").base()).contains(unit);
  }

  @Test
  void isNeverWhatOnlyCouldBeWritten() throws Exception {
    cgroup("/system.slice/pointsman.service/agent");
    cgroup("/system.slice/pointsman.service");

    Delegation found = found("/system.slice/pointsman.service/agent");

    assertThat(found.base()).isEmpty();
    assertThat(found.why()).contains("no cgroup around the agent's own is delegated");
  }

  /** Moving itself below would keep systemd before 254 from ever starting the agent again. */
  @Test
  void isNotTheAgentsOwnDirectory() throws Exception {
    cgroup("/system.slice");
    mark(cgroup("/system.slice/pointsman.service"));

    assertThat(found("/system.slice/pointsman.service").why()).contains("DelegateSubgroup=agent");
  }

  @Test
  void isNotTheRootNorWhatLiesOutsideOfTheMount() throws Exception {
    assertThat(found("/").why()).contains("in no cgroup of its own");
    mark(cgroup(""));
    cgroup("/agent");
    assertThat(found("/agent").base()).as("the root, even if marked").isEmpty();
  }

  @Test
  void isNoneWithoutCgroup2() throws Exception {
    Path self = Files.createDirectories(temp.resolve("proc/self"));
    Files.writeString(self.resolve("cgroup"), "4:memory:/x\n");
    Files.writeString(self.resolve("mountinfo"), "25 30 0:23 / /proc rw - proc proc rw\n");

    assertThat(Delegation.find(temp.resolve("proc")).why()).isEqualTo("this host has no cgroup v2");
  }
}
