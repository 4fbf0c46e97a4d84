package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Workers that write more than the disk holds, under load. Needs root, as only root mounts;
 * elsewhere it is skipped, but with {@code CI=true} it fails.
 */
class FullLogDiskTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  private Host host;
  private SmallDisk disk;

  private Load serve() throws Exception {
    boolean possible = SmallDisk.canBeMade();
    String reason = "only root, with loop devices, can mount a file system of its own";
    assertThat(possible || !"true".equals(System.getenv("CI"))).as(reason).isTrue();
    assumeTrue(possible, reason);
    host = hosts.make();
    disk = SmallDisk.mount(host.root().resolve("disk.img"), host.state(), 64);
    host.keep(disk);
    host.configure(
        "web", AppFile.quick(Ports.free()).set("log.max_size", "\"256KiB\"").set("log.keep", "2"));
    host.agent().start();
    host.install(Bundle.plain(host, "r0", 1, Behaviour.GOOD));
    host.awaitServing("web", "r0");
    return host.load("web", 60);
  }

  /** Lets a worker write {@code lines} lines of a kilobyte. */
  private void chat(String about, int lines) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri =
          URI.create(
              "http://127.0.0.1:%d/api/chat?about=%s&lines=%d"
                  .formatted(host.port("web"), about, lines));
      HttpResponse<String> answer =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  private String logs() throws Exception {
    return Command.of(
            host.root(),
            "curl",
            "-sS",
            "--unix-socket",
            host.socket().toString(),
            "http://localhost/v1/apps/web/logs?lines=10000")
        .run()
        .exits(0)
        .out();
  }

  @Test
  void costsLinesThatAreCountedAndNoRequestAndNoWorker() throws Exception {
    Load load = serve();
    chat("before", 20);
    Eventually.until("the lines can be read", () -> logs().contains("|r0 chat before 19 "));
    Map<Integer, Long> workers = host.online("web");

    Path filler = disk.fill(64 << 10);
    chat("full", 2_000);
    Eventually.until(
        "the loss is told",
        () -> host.status("web").get("notices").toString().contains("the disk is full"));
    load.proceeds(30);
    assertThat(host.online("web")).isEqualTo(workers);

    // A worker that dies now is replaced as ever.
    long killed = workers.values().iterator().next();
    Command.of(host.root(), "kill", "-9", Long.toString(killed)).run().exits(0);
    Eventually.until(
        "another one has taken its place",
        () -> {
          Map<Integer, Long> now = host.online("web");
          return now.size() == workers.size() && !now.containsValue(killed);
        });

    Files.delete(filler);
    Eventually.until(
        "lines are kept again",
        () -> {
          chat("after", 5);
          return logs().contains("|r0 chat after 4 ");
        });
    assertThat(load.stop().get("failures").fieldNames())
        .toIterable()
        .as("only what the killed worker was answering may fail")
        .isSubsetOf(SupervisionTest.OF_A_DEAD_WORKER);
  }

  @Test
  void isNotReachedByWorkersThatWriteMoreThanItHolds() throws Exception {
    Load load = serve();
    FileStore store = Files.getFileStore(host.state());
    long enough = store.getUsableSpace() - (8 << 20);
    for (int i = 0; i < 100; i++) {
      chat("much-" + i, 1_000); // 100 MB in all, on 64 MiB.
      if (i % 10 == 9) { // Whoever writes tens of megabytes between two looks fills it.
        Eventually.until("the logs are bounded", () -> store.getUsableSpace() > enough);
      }
    }

    assertThat(host.status("web").get("notices").toString()).doesNotContain("disk is full");
    Eventually.until("the newest line is there", () -> logs().contains("chat much-99 999 "));
    load.stopWithoutFailure();
  }
}
