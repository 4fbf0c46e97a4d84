package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs of other languages than Node, as docs/other-languages.md shows them. */
class OtherLanguagesTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  /** The configuration of the app whose sources are in {@code languages/NAME}. */
  private static AppFile app(String language) throws Exception {
    // Longer than the load client keeps a connection idle.
    AppFile app = AppFile.quick(Ports.free()).text("roll.kill_timeout", "20s");
    return switch (language) {
      case "python" -> app.set("command", "[\"python3\", \"app.py\"]");
      case "gunicorn" ->
          app.set("command", "[\"gunicorn\", \"--workers\", \"2\", \"app:app\"]")
              .text("gate.probe_on", "descriptor");
      case "java" ->
          app.set("command", "[\"sh\", \"-c\", \"exec java -Xmx64m -cp . Main <&3\"]")
              .text("env.PATH", System.getProperty("java.home") + "/bin:/usr/bin:/bin");
      case "background" ->
          app.text("listen", "none")
              .set("command", "[\"python3\", \"worker.py\"]")
              .text("gate.watchdog", "5s");
      default -> throw new IllegalArgumentException(language);
    };
  }

  private static Path tree(Host host, String language, String release) throws Exception {
    Path tree = Files.createDirectories(host.root().resolve("trees/" + release));
    Path sources = Program.folder().resolve("src/test/resources/languages/" + language);
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        Files.copy(file, tree.resolve(file.getFileName()));
      }
    }
    if (language.equals("java")) {
      Command.of(tree, System.getProperty("java.home") + "/bin/javac", "Main.java").run().exits(0);
    }
    return tree;
  }

  private static Bundle bundle(Host host, String language, String release, long sequence)
      throws Exception {
    return new PlainBundle("web", release, sequence).build(host, tree(host, language, release));
  }

  /** What all workers wrote. */
  private static String written(Host host) throws Exception {
    StringBuilder all = new StringBuilder();
    try (var files = Files.newDirectoryStream(host.app("web").resolve("logs"), "*.log")) {
      for (Path file : files) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private static List<String> types(Host host) throws Exception {
    return host.pointsman("events", "--app", "web").exits(0).out().lines().toList();
  }

  /** The whole life: rolls, a bad release, the agent's death, a roll by the next agent. */
  @ParameterizedTest
  @ValueSource(strings = {"python", "gunicorn", "java"})
  void isRolledAndTakenOverUnderLoadWithoutAFailedRequest(String language) throws Exception {
    Host host = hosts.start(app(language));
    host.install(bundle(host, language, "r1", 1));
    host.awaitServing("web", "r1");
    Load load = host.keep(Load.plain(host.root(), host.port("web"), 80));
    load.proceeds(50);

    host.install(bundle(host, language, "r2", 2));
    host.awaitServing("web", "r2");
    load.proceeds(50);
    load.hasNotFailed();
    assertThat(types(host)).anyMatch(line -> line.contains("r2 passed its private trial"));

    Map<Integer, Long> before = host.online("web");
    Path sick = tree(host, language, "r3");
    Files.writeString(sick.resolve("sick"), "");
    Bundle bad = new PlainBundle("web", "r3", 3).build(host, sick);
    String id = host.send(bad, "?deploy=true").isOneOf(200, 201).json().get("deployment").asText();
    JsonNode failed = host.awaitOver(id);
    assertThat(failed.get("state").asText()).isIn("failed", "reverted");
    assertThat(failed.get("failure").get("detail").asText()).contains("private trial");
    assertThat(host.online("web")).as("what served before the bad release").isEqualTo(before);
    load.hasNotFailed();

    host.agent().kill();
    load.proceeds(50);
    host.agent().start();
    host.awaitServing("web", "r2");
    assertThat(host.online("web")).as("taken over").isEqualTo(before);
    host.install(bundle(host, language, "r4", 4));
    host.awaitServing("web", "r4");
    load.proceeds(50);

    JsonNode report = load.stop();
    assertThat(report.get("failed").asLong()).as(report.toPrettyString()).isZero();
    assertThat(report.get("releases").fieldNames()).toIterable().contains("r1", "r2", "r4");
    assertThat(report.get("releases").fieldNames()).toIterable().doesNotContain("r3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "gunicorn", "java"})
  void oneThatIsKilledIsReplacedAndNobodyWaitsForIt(String language) throws Exception {
    Host host = hosts.start(app(language));
    host.install(bundle(host, language, "r1", 1));
    host.awaitServing("web", "r1");
    Map<Integer, Long> before = host.online("web");

    Processes.kill(before.get(0));
    Eventually.until(
        "slot 0 has another worker",
        () -> {
          Long now = host.online("web").get(0);
          return now != null && !now.equals(before.get(0));
        });
    host.awaitServing("web", "r1");
    assertThat(host.online("web")).containsEntry(1, before.get(1));
  }

  @Test
  void aWorkerWithoutAPortIsRolledAndReplacedWhenItFallsSilent() throws Exception {
    AppFile app = app("background").set("instances", "1");
    Path stuck = Files.createTempDirectory("pm-stuck").resolve("stuck");
    Host host = hosts.start(app.text("env.STUCK_IF", stuck.toString()));
    host.install(bundle(host, "background", "r1", 1));
    host.awaitServing("web", "r1");
    assertThat(host.pointsman("status", "web").exits(0).out()).contains("1/1 online", "on none");

    host.install(bundle(host, "background", "r2", 2));
    host.awaitServing("web", "r2");
    assertThat(written(host)).contains("the last job is done");

    Map<Integer, Long> alone = host.online("web");
    host.agent().kill();
    host.agent().start();
    host.awaitServing("web", "r2");
    assertThat(host.online("web")).isEqualTo(alone);

    Map<Integer, Long> before = host.online("web");
    Files.createFile(stuck);
    Eventually.until(
        "the silent worker is being replaced",
        () -> !Processes.isAlive(before.get(0)) || types(host).toString().contains("WATCHDOG"));
    Files.delete(stuck);
    Eventually.until("the silent worker has ended", () -> !Processes.isAlive(before.get(0)));
    host.awaitServing("web", "r2");
    Files.delete(stuck.getParent());
  }

  @Test
  void anAppMayHaveSeveralPortsWhichAllSurviveTheAgent() throws Exception {
    int second = Ports.free();
    AppFile app = app("python");
    int first = Ports.free();
    app.set("listen", "[\"127.0.0.1:" + first + "\", \"127.0.0.1:" + second + "\"]");
    Host host = hosts.start(app);
    host.install(bundle(host, "python", "r1", 1));
    host.awaitServing("web", "r1");
    List<Load> loads =
        List.of(
            host.keep(Load.plain(host.root(), first, 40)),
            host.keep(Load.plain(host.root(), second, 40)));
    for (long pid : host.online("web").values()) {
      assertThat(Processes.environment(pid))
          .containsEntry("LISTEN_FDS", "2")
          .containsEntry("LISTEN_FDNAMES", "http:port-" + second)
          .containsEntry("PORT", Integer.toString(first));
    }
    List<String> sockets =
        Stream.concat(Processes.listeningOn(first).stream(), Processes.listeningOn(second).stream())
            .toList();

    host.agent().kill();
    host.agent().start();
    host.awaitServing("web", "r1");
    assertThat(Processes.descriptors(host.agent().pid()).values()).containsAll(sockets);
    host.install(bundle(host, "python", "r2", 2));
    host.awaitServing("web", "r2");

    for (Load load : loads) {
      load.proceeds(20);
      JsonNode report = load.stop();
      assertThat(report.get("failed").asLong()).as(report.toPrettyString()).isZero();
      assertThat(report.get("releases").fieldNames()).toIterable().contains("r1", "r2");
    }
  }

  /** What a person copies from the document is what is tested here. */
  @Test
  void theDocumentShowsTheseVerySources() throws Exception {
    String document =
        Files.readString(Program.folder().resolve("../docs/other-languages.md").normalize());
    for (String source :
        List.of(
            "python/app.py",
            "gunicorn/app.py",
            "ruby/config.ru",
            "java/Main.java",
            "background/worker.py")) {
      assertThat(document)
          .as(source)
          .contains(
              Files.readString(Program.folder().resolve("src/test/resources/languages/" + source)));
    }
  }
}
