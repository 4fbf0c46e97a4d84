package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What stays on the disk, what goes, and what is found to be damaged. */
class HousekeepingTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  /** A release with a file that no other has. */
  private static Bundle bundle(Host host, String release, long sequence) throws Exception {
    Path tree = Bundle.tree(host, release, Behaviour.GOOD);
    Files.writeString(tree.resolve("only.txt"), "only in " + release);
    return new PlainBundle("web", release, sequence).build(host, tree);
  }

  private static List<String> releases(Host host) throws Exception {
    List<String> ids = new ArrayList<>();
    host.get("/v1/apps/web/releases")
        .get("releases")
        .forEach(release -> ids.add(release.get("release").asText()));
    return ids;
  }

  private static List<String> events(Host host) throws Exception {
    List<String> types = new ArrayList<>();
    JsonNode events =
        host.api("GET", "/v1/events", "-H", "Accept: application/json")
            .is(200)
            .json()
            .get("events");
    events.forEach(event -> types.add(event.get("type").asText()));
    return types;
  }

  private static List<String> blobs(Host host) throws Exception {
    try (Stream<Path> files = Files.walk(host.state().resolve("store/v1"))) {
      List<String> contents = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.add(Files.readString(file));
      }
      return contents;
    }
  }

  @Test
  void keepsWhatIsPinnedAndCollectsWhatNobodyNeeds() throws Exception {
    Host host = hosts.start(AppFile.quick(Ports.free()).set("keep_releases", "1"));
    host.install(bundle(host, "r1", 1));
    assertThat(host.pointsman("pin", "web", "r1").exits(0).said()).contains("r1 is pinned");
    host.pointsman("pin", "web", "r1").exits(0);
    for (int i = 2; i <= 5; i++) {
      host.install(bundle(host, "r" + i, i));
    }

    // The active one, the one before, one more, and the pinned one.
    assertThat(releases(host)).containsExactlyInAnyOrder("r5", "r4", "r3", "r1");
    assertThat(host.pointsman("releases", "web").exits(0).said())
        .containsPattern("r1 +good +yes ")
        .containsPattern("r3 +good +[0-9]");
    assertThat(blobs(host)).contains("only in r2", "only in r1", "only in r5");

    assertThat(host.pointsman("gc", "--now", "--dry-run").exits(0).said())
        .contains("would remove 1 unused files of the store, 15 B");
    assertThat(host.pointsman("gc").exits(0).said()).contains("removed 0 unused files");
    assertThat(blobs(host)).contains("only in r2");
    assertThat(host.pointsman("gc", "--now").exits(0).said()).contains("removed 1 unused files");
    assertThat(blobs(host))
        .doesNotContain("only in r2")
        .contains("only in r1", "only in r3", "only in r4", "only in r5");

    // It outlives the agent, and ends when it is told to.
    host.agent().terminate();
    host.agent().start();
    assertThat(host.pointsman("gc", "--now").exits(0).said()).contains("removed 0 unused files");
    assertThat(releases(host)).contains("r1");
    host.pointsman("unpin", "web", "r1").exits(0);
    JsonNode gone = host.api("POST", "/v1/gc", "-d", "{\"now\":true}").is(200).json();
    assertThat(gone.get("releases").get(0).asText()).isEqualTo("web/r1");
    assertThat(releases(host)).containsExactlyInAnyOrder("r5", "r4", "r3");
    assertThat(blobs(host)).doesNotContain("only in r1");
    host.awaitServing("web", "r5");

    host.api("PUT", "/v1/apps/web/releases/r1/pin").isRefusal(404, "release.unknown");
  }

  @Test
  void sharesContentWithAnAppOfAnotherUserAndFindsWhatWasWrittenInPlace() throws Exception {
    Host host = hosts.start(AppFile.quick(Ports.free()).text("user", "nobody"));
    Bundle bundle = bundle(host, "r1", 1);
    host.send(bundle).is(201);
    host.send(bundle(host, "r2", 2)).is(201);
    Path damaged = host.app("web").resolve("releases/r1/only.txt");
    assertThat(inode(host.app("web").resolve("releases/r1/server.js")))
        .isEqualTo(inode(host.app("web").resolve("releases/r2/server.js")));

    var time = Files.getLastModifiedTime(damaged);
    var mode = Files.getPosixFilePermissions(damaged);
    Files.setPosixFilePermissions(
        damaged, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    Files.writeString(damaged, "ONLY IN r1"); // As a disk that rots, without a trace.
    Files.setPosixFilePermissions(damaged, mode);
    Files.setLastModifiedTime(damaged, time);

    assertThat(host.pointsman("gc", "--scrub").exits(0).said()).contains("read again");
    Eventually.until("the damage is told of", () -> events(host).contains("release.damaged"));
    assertThat(events(host)).contains("store.damaged");
    assertThat(host.status("web").get("notices").toString()).contains("r1 is damaged: only.txt");
    assertThat(host.pointsman("status", "web").exits(0).said()).contains("only.txt");
    try (Stream<Path> held = Files.list(host.state().resolve("store/quarantine"))) {
      assertThat(held).hasSize(1);
    }
  }

  private static Object inode(Path file) throws Exception {
    return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }
}
