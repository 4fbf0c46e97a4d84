package dev.pointsman.packaging;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent in a cgroup as systemd would give it one, on the kernel's own cgroup v2. */
class CgroupTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void aLimitThatCannotBeKeptIsRefusedWithTheReason() throws Exception {
    Host host = hosts.start(AppFile.quick(Ports.free()).text("resources.memory_max", "256MiB"));
    String id =
        host.send(Bundle.plain(host, "r1", 1, Behaviour.GOOD), "?deploy=true")
            .is(201)
            .json()
            .get("deployment")
            .asText();

    JsonNode deployment = host.awaitOver(id);

    assertThat(deployment.get("state").asText()).isEqualTo("failed");
    assertThat(deployment.get("failure").toString())
        .contains("memory_max under [resources] cannot be kept here");
  }

  @Test
  void eachWorkerIsInACgroupOfItsOwnWhichGoesWithIt() throws Exception {
    Optional<Path> mount = writableMount();
    if (mount.isEmpty()) {
      return; // Only root can make what systemd would; the refusal above holds for everybody.
    }
    Path base = Files.createTempDirectory(mount.get(), "pointsman-test-");
    Files.createDirectory(base.resolve("agent"));
    Files.getFileAttributeView(base, UserDefinedFileAttributeView.class)
        .write("delegate", US_ASCII.encode("1"));
    try {
      Host host = hosts.make();
      host.use(inside(host, base.resolve("agent")));
      host.configure("web", AppFile.quick(Ports.free()));
      host.agent().start();
      host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
      host.awaitServing("web", "r1");
      Map<Integer, Long> workers = host.online("web");
      assertThat(cgroup(base, host.agent().pid())).isEqualTo("agent");
      Set<String> names = new TreeSet<>();
      for (long worker : workers.values()) {
        names.add(cgroup(base, worker));
      }
      assertThat(names).hasSize(2).allMatch(name -> name.matches("worker_web_[0-9.]+"));

      host.agent().kill();
      host.agent().start();
      host.awaitServing("web", "r1");
      assertThat(host.online("web")).as("adopted, in their cgroups").isEqualTo(workers);
      assertThat(workerCgroups(base)).isEqualTo(names);

      String of = cgroup(base, workers.get(0));
      Processes.kill(workers.get(0));
      Eventually.until("it is replaced", () -> !workers.get(0).equals(host.online("web").get(0)));
      host.awaitServing("web", "r1");
      host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
      host.awaitServing("web", "r2");
      Eventually.until(
          "the cgroups of those that are gone are gone: " + of,
          () -> {
            Set<String> left = workerCgroups(base);
            return left.size() == 2 && !left.contains(of);
          });
      host.end();
    } finally {
      removeAll(base);
    }
  }

  /** A distribution whose program enters {@code cgroup} first. */
  private static Path inside(Host host, Path cgroup) throws IOException {
    Path program = Files.createDirectories(host.root().resolve("inside/bin")).resolve("pointsman");
    Files.writeString(
        program,
        "#!/bin/sh\n[ \"$1\" != agent ] || echo $$ >'%s/cgroup.procs'\nexec '%s' \"$@\"\n"
            .formatted(cgroup, Program.distribution().resolve("bin/pointsman")));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return host.root().resolve("inside");
  }

  private static Optional<Path> writableMount() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(" - cgroup2 "))
        .map(line -> Path.of(line.split(" ")[4]))
        .filter(Files::isWritable)
        .findFirst();
  }

  /** The cgroup of {@code pid}, below {@code base}. */
  private static String cgroup(Path base, long pid) throws IOException {
    String path =
        Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
            .filter(line -> line.startsWith("0::"))
            .findFirst()
            .orElseThrow();
    return path.substring(path.indexOf(base.getFileName().toString()))
        .substring(base.getFileName().toString().length() + 1);
  }

  private static Set<String> workerCgroups(Path base) throws IOException {
    try (Stream<Path> entries = Files.list(base)) {
      return new TreeSet<>(
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> name.startsWith("worker_"))
              .toList());
    }
  }

  private static void removeAll(Path base) throws Exception {
    Files.writeString(base.resolve("cgroup.kill"), "1");
    Eventually.until(
        "the cgroups of this test are removed",
        () -> {
          try (Stream<Path> entries = Files.walk(base, 1)) {
            for (Path entry :
                entries.filter(Files::isDirectory).sorted((a, b) -> b.compareTo(a)).toList()) {
              Files.deleteIfExists(entry);
            }
            return true;
          } catch (IOException e) {
            return false; // Somebody is still ending.
          }
        });
  }
}
