package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Releases that are no good, under load: the one before goes on serving. */
class BrokenReleasesTest {
  @RegisterExtension private static final Hosts HOSTS = Hosts.forTheClass();
  private static final AtomicLong SEQUENCE = new AtomicLong(1);

  private static Host host;
  private static Load load;

  @BeforeAll
  static void serveAGoodRelease() throws Exception {
    AppFile app =
        AppFile.quick(Ports.free())
            .text("roll.healthy_deadline", "8s")
            // Longer than it takes to notice that the slot before has turned sick.
            .text("roll.min_healthy_time", "1500ms")
            .set("failed_retention", "10");
    host = HOSTS.start(app);
    host.install(Bundle.plain(host, "good", 1, Behaviour.GOOD));
    host.awaitServing("web", "good");
    load = host.load("web", 80);
  }

  static Stream<Arguments> brokenReleases() {
    return Stream.of(
        Arguments.of("crashes", Behaviour.CRASHES_AT_START, "WorkerCrashed", "I crash at start"),
        Arguments.of("mute", Behaviour.NEVER_LISTENS, "NeverListened", "healthy_deadline=8s"),
        Arguments.of("sick", Behaviour.ALWAYS_SICK, "HealthDeadlineExceeded", "503"),
        Arguments.of("turns-sick", Behaviour.SICK_ONCE_PUBLIC, "WorkerUnhealthy", "503"),
        Arguments.of(
            "second-slot",
            Behaviour.CRASHES_AT_START.fromSlot(1),
            "WorkerCrashed",
            "I crash at start"),
        Arguments.of(
            "needs-env",
            Behaviour.of("\"needsEnv\":\"DATABASE_URL\""),
            "WorkerCrashed",
            "DATABASE_URL is not set"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("brokenReleases")
  void isReverted(String release, Behaviour behaviour, String reason, String evidence)
      throws Exception {
    Command.Ran pushed = push(release, behaviour);

    assertThat(pushed.exits(2).said()).contains(reason, evidence, "reverted");
    host.awaitServing("web", "good");
    JsonNode deployment = host.status("web").get("deployment");
    assertThat(deployment.get("toRelease").asText()).isEqualTo(release);
    assertThat(deployment.get("failure").get("reason").asText()).isEqualTo(reason);
    assertThat(deployment.get("failure").get("remedy").asText()).isNotBlank();
    assertThat(stateOf(release)).isEqualTo("bad");
    load.proceeds(50);
    load.hasNotFailed();
  }

  @Test
  void isRefusedTheSecondTimeUnlessForced() throws Exception {
    push("twice", Behaviour.CRASHES_AT_START).exits(2);

    assertThat(host.pointsman("deploy", "web", "twice", "--wait").exits(4).said())
        .contains("release.bad");
    host.pointsman("deploy", "web", "twice", "--force", "--wait").exits(2);

    host.awaitServing("web", "good");
    load.hasNotFailed();
  }

  private static Command.Ran push(String release, Behaviour behaviour) throws Exception {
    Bundle bundle = Bundle.plain(host, release, SEQUENCE.incrementAndGet(), behaviour);
    return host.pointsman(
        "push", "--deploy", "--wait", "--timeout", "80s", bundle.directory().toString());
  }

  private static String stateOf(String release) throws Exception {
    return host.get("/v1/apps/web/releases/" + release).get("state").asText();
  }
}
