package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent needs no right that an ordinary user does not have. */
class OrdinaryUserTest {
  private static final Path PTRACE_SCOPE = Path.of("/proc/sys/kernel/yama/ptrace_scope");

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void deploysAndTakesItsSocketBackWithoutAnyRight() throws Exception {
    boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    Host host = hosts.make(root ? RunAs.NOBODY : RunAs.THIS_USER);
    host.configure("web", AppFile.quick(Ports.free()));
    if (root) {
      giveToNobody(host);
    }
    host.agent().start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Map<Integer, Long> before = host.online("web");
    Load load = host.load("web", 60);

    host.agent().kill();
    load.proceeds(30);
    host.agent().start();

    host.awaitServing("web", "r1");
    assertThat(host.online("web")).isEqualTo(before);
    assertThat(host.agent().log()).contains("how=" + wayBack());
    host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
    host.awaitServing("web", "r2");
    for (long pid : host.online("web").values()) {
      assertThat(Files.getAttribute(Path.of("/proc/" + pid), "unix:uid"))
          .isEqualTo(Files.getAttribute(Path.of("/proc/" + host.agent().pid()), "unix:uid"));
    }
    load.stopWithoutFailure();
  }

  /** Where only parents may look into a process, the workers have to give the socket. */
  private static String wayBack() throws Exception {
    boolean open = Files.notExists(PTRACE_SCOPE) || Files.readString(PTRACE_SCOPE).startsWith("0");
    return open ? "TAKEN" : "HANDED_OVER";
  }

  /** A copy of the distribution, and everything of the host: the checkout may be in root's home. */
  private static void giveToNobody(Host host) throws Exception {
    Path copy = host.root().resolve("pointsman");
    Command.of(host.root(), "cp", "-r", Program.distribution().toString(), copy.toString())
        .run()
        .exits(0);
    host.use(copy);
    Command.of(host.root(), "chown", "-R", "65534:65534", host.root().toString()).run().exits(0);
  }
}
