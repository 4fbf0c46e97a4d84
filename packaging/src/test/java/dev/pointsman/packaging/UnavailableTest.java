package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nobody accepts: clients are told so, and not a moment longer than that is true. */
class UnavailableTest {
  private static final int RATE = 150;

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void answers503WhileNoWorkerComesUpAndNotOnceMoreWhenOneIsBack() throws Exception {
    Path flag = Files.createTempDirectory("pm-flag").resolve("crash");
    Host host =
        hosts.start(
            AppFile.quick(Ports.free())
                .text("unavailable_after", "1s")
                .text("env.CRASH_FLAG", flag.toString())
                .text("restart.cooldown", "2s"));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.of("\"crashIfExists\":\"CRASH_FLAG\"")));
    host.awaitServing("web", "r1");
    EventStream events = host.keep(EventStream.follow(host, "web"));
    Load load = host.load("web", RATE);
    assertThat(metric(host, "pointsman_app_unavailable")).isZero();

    Files.createFile(flag);
    host.online("web").values().forEach(Processes::kill);
    Eventually.until("503 is answered", () -> failures(load, "http_5xx") > 100);
    assertThat(host.status("web").get("notices").toString())
        .contains("the agent answers requests with 503");
    assertThat(metric(host, "pointsman_app_unavailable")).isEqualTo(1);
    Reply answer = Reply.ofCurl(host.root(), List.of("http://127.0.0.1:" + host.port("web") + "/"));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).contains("No worker of this application accepts");
    Files.delete(flag);

    host.awaitServing("web", "r1");
    load.proceeds(7 * RATE); // Whatever the agent had taken is answered: 5 s each, at most.
    long answered = metric(host, "pointsman_unavailable_answers_total");
    long failed = load.soFar().get("failed").asLong();
    load.proceeds(4 * RATE);
    JsonNode report = load.stop();
    assertThat(report.get("failed").asLong()).as("failures after the return").isEqualTo(failed);
    assertThat(metric(host, "pointsman_unavailable_answers_total")).isEqualTo(answered);
    assertThat(host.status("web").get("notices")).isEmpty();
    events.hasTold("app.unavailable -", "app.available -");
    Files.delete(flag.getParent());
  }

  private static long failures(Load load, String kind) throws Exception {
    return load.soFar().path("failures").path(kind).asLong();
  }

  private static long metric(Host host, String name) throws Exception {
    return host.api("GET", "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{app=\"web\"}"))
        .map(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }
}
