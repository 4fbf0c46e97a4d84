package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How many files a release has, how long their names are and how large one is shows neither in the
 * agent's memory nor in that of {@code push}: both run with the heap that their launcher gives
 * them, 64 MiB, and Java ends them where that is not enough.
 *
 * <p>{@code -Dmemory.files=249000 -Dmemory.paths=58000} are the largest that the agent takes.
 */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class BoundedMemoryTest {
  private static final int FILES = Integer.getInteger("memory.files", 6_000);
  private static final int PATHS = Integer.getInteger("memory.paths", 1_500);
  private static final int LARGE = 300 << 20;
  private static final int IN_A_DIRECTORY = 1_000;
  private static final Duration LIMIT = Duration.ofMinutes(15);

  /** Heap, code, threads and buffers; pages of mapped lists count as resident as well. */
  private static final long MOST = 260;

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  private static void changeEach(Path tree, int step, String text) throws IOException {
    for (int i = 0; i < FILES; i += step) {
      Path directory = Files.createDirectories(tree.resolve("d%03d".formatted(i / IN_A_DIRECTORY)));
      Files.writeString(directory.resolve("file-%06d.txt".formatted(i)), text + " of file " + i);
    }
  }

  private Measured push(Host host, String what, String... arguments) throws Exception {
    long pid = host.agent().pid();
    Measured push = Measured.run(host, LIMIT, arguments);
    push.tell("push, " + what);
    push.within(MOST);
    agent(host, what, pid);
    return push;
  }

  /** The agent is the same process as before, and has not grown beyond its bounds. */
  private static void agent(Host host, String what, long pid) throws IOException {
    assertThat(host.agent().pid()).isEqualTo(pid);
    assertThat(host.agent().isAlive()).isTrue();
    long peak = Processes.mebibytes(pid, "VmHWM");
    System.out.println("the agent, " + what + ": " + peak + " MiB resident");
    assertThat(peak).isLessThan(MOST);
  }

  @Test
  void isTheSameForManyFiles() throws Exception {
    Host host = hosts.start();
    Path tree = Bundle.tree(host, "many", Behaviour.GOOD);
    changeEach(tree, 1, "The content");
    Bundle first = Bundle.packed(host, "r1", 1, tree);
    int files = FILES + 2;

    Measured all = push(host, files + " missing files", "push", first.directory().toString());

    assertThat(all.said()).contains("web r1 staged: " + files + " files");
    changeEach(tree, 100, "Another content");
    Bundle next = Bundle.packed(host, "r2", 2, tree, "--no-payload");
    Measured delta =
        push(
            host,
            FILES / 100 + " changed ones of " + files,
            "push",
            "--tree",
            tree.toString(),
            next.directory().toString());
    assertThat(delta.said()).contains("web r2 staged: " + files + " files");
    assertThat(host.app("web").resolve("releases/r2/d000/file-000100.txt"))
        .hasContent("Another content of file 100");
    Bundle whole = Bundle.packed(host, "r3", 3, tree);
    Measured full =
        push(host, files + " files sent whole", "push", "--full", whole.directory().toString());
    assertThat(full.said()).contains("web r3 staged: " + files + " files");
  }

  @Test
  void isTheSameForLongPaths() throws Exception {
    Host host = hosts.start();
    Path tree = Bundle.tree(host, "long", Behaviour.GOOD);
    String part = "x".repeat(230);
    for (int i = 0; i < PATHS; i++) {
      Path directory = tree.resolve(part).resolve(part).resolve("%06d%s".formatted(i, part));
      Files.writeString(
          Files.createDirectories(directory).resolve("y".repeat(200)), "content of " + i);
    }
    Bundle bundle = Bundle.packed(host, "r1", 1, tree, "--no-payload");

    Measured push =
        push(
            host,
            PATHS + " paths of 900 bytes",
            "push",
            "--tree",
            tree.toString(),
            bundle.directory().toString());

    assertThat(push.said()).contains("web r1 staged: " + (PATHS + 2) + " files");
  }

  @Test
  void isTheSameForALargeFileThatComesInParts() throws Exception {
    Host host = hosts.start();
    Path tree = Bundle.tree(host, "large", Behaviour.GOOD);
    Path large = tree.resolve("large.bin");
    noise(large);
    Bundle bundle = Bundle.packed(host, "r1", 1, tree, "--no-payload");
    String[] push = {"push", "--tree", tree.toString(), bundle.directory().toString()};
    Process cut = host.command(push).start(host.root().resolve("cut.log"));
    Path blobs = host.state().resolve("incoming/web.r1/blobs");
    Eventually.until("some of it is here", () -> DeltaTest.partOf(blobs) > 40 << 20);
    cut.destroyForcibly().waitFor();
    long here = DeltaTest.partOf(blobs);
    assertThat(here).isBetween(40L << 20, (long) LARGE);

    Measured rest = push(host, "the rest of 300 MiB", push);

    assertThat(rest.said()).contains("web r1 staged: 3 files", " MiB sent for 300.0 MiB");
    double sent =
        Double.parseDouble(rest.said().replaceAll("(?s).*, ([0-9.]+) MiB sent for.*", "$1"));
    assertThat(sent).isLessThan((LARGE - here) / (double) (1 << 20) + 1);
    assertThat(Files.mismatch(host.app("web").resolve("releases/r1/large.bin"), large))
        .isEqualTo(-1);
  }

  private static void noise(Path file) throws IOException {
    Random random = new Random(7);
    byte[] block = new byte[1 << 20];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int written = 0; written < LARGE; written += block.length) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }
}
