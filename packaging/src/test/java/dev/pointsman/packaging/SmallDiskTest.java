package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Releases that do not fit on a real file system, while another one serves under load. Needs root,
 * as only root mounts; elsewhere it is skipped, but with {@code CI=true} it fails.
 */
class SmallDiskTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  private Host host;
  private SmallDisk disk;
  private Load load;
  private Map<Integer, Long> workers;

  private void serve(String... mkfs) throws Exception {
    boolean possible = SmallDisk.canBeMade();
    String reason = "only root, with loop devices, can mount a file system of its own";
    assertThat(possible || !"true".equals(System.getenv("CI"))).as(reason).isTrue();
    assumeTrue(possible, reason);
    host = hosts.make();
    disk = SmallDisk.mount(host.root().resolve("disk.img"), host.state(), 64, mkfs);
    host.keep(disk);
    host.configure("web", AppFile.quick(Ports.free()));
    host.agent().start();
    host.install(Bundle.plain(host, "r0", 1, Behaviour.GOOD));
    host.awaitServing("web", "r0");
    workers = host.online("web");
    load = host.load("web", 60);
  }

  /** Nothing was touched, nothing is left, and the next release finds its way. */
  private void isUntouched(SmallDisk.Free before, Map<String, String> seen) throws Exception {
    Eventually.until(
        "what was written is given back",
        Duration.ofSeconds(30),
        () -> {
          SmallDisk.Free now = disk.free();
          return now.bytes() >= before.bytes() - (64 << 10) && now.inodes() >= before.inodes() - 2
              ? ""
              : now + " instead of " + before;
        });
    assertThat(Snapshot.of(host, "web")).isEqualTo(seen);
    assertThat(host.online("web")).isEqualTo(workers);
    load.proceeds(30);
    host.install(Bundle.plain(host, "r2", 3, Behaviour.GOOD));
    host.awaitServing("web", "r2");
    load.stopWithoutFailure();
  }

  private Bundle large(int mebibytes) throws Exception {
    Path tree = Bundle.tree(host, "r1", Behaviour.GOOD);
    Command.of(tree, "sh", "-c", "head -c " + mebibytes + "M /dev/urandom >large").run().exits(0);
    return new PlainBundle("web", "r1", 2).build(host, tree);
  }

  @Test
  void refusesAReleaseThatCannotFit() throws Exception {
    serve();
    Bundle large = large(70);
    SmallDisk.Free before = disk.free();
    Map<String, String> seen = Snapshot.of(host, "web");

    host.send(large).isRefusal(507, "disk.space");

    isUntouched(before, seen);
  }

  @Test
  void givesBackEverythingWhenTheDiskFillsUpMeanwhile() throws Exception {
    serve();
    Bundle large = large(16);
    SmallDisk.Free before = disk.free();
    Map<String, String> seen = Snapshot.of(host, "web");
    Path reply = host.root().resolve("slow-reply.txt");
    Process slow = sendSlowly(large, reply);
    try {
      Eventually.until(
          "a part has been written", () -> disk.free().bytes() < before.bytes() - (2 << 20));
      Path filler = disk.fill(1 << 20);
      Eventually.until("the upload has ended", () -> !slow.isAlive());
      Files.delete(filler);
    } finally {
      slow.destroyForcibly();
    }

    assertThat(Files.readString(reply)).contains("disk.space", "507");
    isUntouched(before, seen);
  }

  private Process sendSlowly(Bundle bundle, Path reply) throws Exception {
    return new Command(
            List.of(
                "curl",
                "-sS",
                "--limit-rate",
                "4M",
                "--unix-socket",
                host.socket().toString(),
                "-T",
                bundle.tar().toString(),
                "-H",
                "Content-Type: application/vnd.pointsman.bundle.v1+tar",
                "http://localhost/v1/apps/web/releases/" + bundle.release()),
            host.root(),
            Map.of())
        .start(reply);
  }

  @Test
  void refusesAReleaseOfMoreFilesThanThereAreInodes() throws Exception {
    serve("-N", "1500");
    Path tree = Bundle.tree(host, "r1", Behaviour.GOOD);
    Command.of(tree, "sh", "-c", "for i in $(seq 2000); do : >$i; done").run().exits(0);
    Bundle many = new PlainBundle("web", "r1", 2).build(host, tree);
    SmallDisk.Free before = disk.free();
    Map<String, String> seen = Snapshot.of(host, "web");

    host.send(many).isRefusal(507, "disk.inodes");

    isUntouched(before, seen);
  }

  /** What is announced are the files; each lies in a directory of its own here. */
  @Test
  void givesBackEverythingWhenInodesRunOutMeanwhile() throws Exception {
    serve("-N", "1500");
    Path tree = Bundle.tree(host, "r1", Behaviour.GOOD);
    Command.of(tree, "sh", "-c", "for i in $(seq 900); do mkdir $i; echo $i >$i/f; done")
        .run()
        .exits(0);
    Bundle many = new PlainBundle("web", "r1", 2).build(host, tree);
    SmallDisk.Free before = disk.free();
    assertThat(before.inodes()).isBetween(902L, 1700L);
    Map<String, String> seen = Snapshot.of(host, "web");

    Reply reply = host.send(many);

    assertThat(reply.status()).as(reply.body()).isEqualTo(507);
    assertThat(reply.code()).isIn("disk.space", "disk.inodes");
    isUntouched(before, seen);
  }
}
