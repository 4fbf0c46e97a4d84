package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The size of a release does not show in the agent's memory. */
class LargeReleaseTest {
  private static final int MEBIBYTES = 300;
  private static final long MOST_RESIDENT = 200;

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void takesAReleaseOfManyTimesItsHeap() throws Exception {
    Host host = hosts.start();
    Path tree = Bundle.tree(host, "large", Behaviour.GOOD);
    // As it is on a server: some big files, and noise, so that nothing gets smaller on the way.
    Command.of(
            tree,
            "sh",
            "-c",
            "for i in 1 2 3; do head -c " + (MEBIBYTES / 3) + "M /dev/urandom >big$i; done")
        .run()
        .exits(0);
    Bundle large = new PlainBundle("web", "large", 1).build(host, tree);
    assertThat(Files.size(large.directory().resolve("payload.tar"))).isGreaterThan(MEBIBYTES << 20);

    host.install(large);

    host.awaitServing("web", "large");
    long peak = Processes.mebibytes(host.agent().pid(), "VmHWM");
    System.out.println("the agent's largest resident size: " + peak + " MiB");
    assertThat(peak).isLessThan(MOST_RESIDENT);
  }
}
