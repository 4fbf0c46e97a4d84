package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not signed, not meant for this app or host, or not the newest, changes nothing. */
class RefusalsTest {
  private static final long ACCEPTED = 10;
  private static final Duration DAY = Duration.ofDays(1);

  @RegisterExtension private static final Hosts HOSTS = Hosts.forTheClass();

  private static Host host;
  private static Path tree;
  private static Bundle accepted;

  @BeforeAll
  static void stageARelease() throws Exception {
    host = HOSTS.start();
    tree = Bundle.tree(host, "any", Behaviour.GOOD);
    accepted = bundle("accepted", ACCEPTED).build(host, tree);
    host.send(accepted).is(201);
  }

  /** Makes a bundle that is to be refused. */
  interface Making {
    Bundle make() throws Exception;
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refused("unsigned", 403, "sig.missing", () -> good("unsigned").without("release.json.sig")),
        refused(
            "signed by a stranger",
            403,
            "sig.untrusted",
            () -> good("strange").sign(host.makeKey("stranger"))),
        refused(
            "a manifest that was changed",
            403,
            "sig.bad",
            () -> good("changed").tamper("\"prod\"", "\"prod\",\"dev\"")),
        refused(
            "a payload that was changed",
            422,
            "archive.digest",
            () -> good("payload").flipABit("payload.tar")),
        refused(
            "a payload that is cut", 422, "archive.digest", () -> good("cut").cut("payload.tar")),
        refused("no payload", 400, "bundle.format", () -> good("empty").without("payload.tar")),
        refused(
            "for another app",
            403,
            "statement.app",
            () -> new PlainBundle("shop", "foreign", 11).build(host, tree).sentTo("web")),
        refused(
            "for another environment",
            403,
            "statement.target",
            () -> bundle("staging", 11).target("staging").build(host, tree)),
        refused(
            "expired",
            403,
            "statement.expired",
            () ->
                bundle("expired", 11)
                    .created(Instant.now().minus(DAY.multipliedBy(2)), DAY)
                    .build(host, tree)),
        refused(
            "stale",
            403,
            "statement.stale",
            () ->
                bundle("stale", 11)
                    .created(Instant.now().minus(DAY.multipliedBy(8)), DAY.multipliedBy(30))
                    .build(host, tree)),
        refused(
            "from the future",
            403,
            "statement.future",
            () -> bundle("future", 11).created(Instant.now().plus(DAY), DAY).build(host, tree)),
        refused(
            "older than what was accepted",
            409,
            "sequence.rollback",
            () -> bundle("replayed", ACCEPTED - 1).build(host, tree)),
        refused(
            "other content with the same number",
            409,
            "sequence.reused",
            () -> bundle("twin", ACCEPTED).build(host, tree)),
        refused(
            "other content with the same id",
            409,
            "release.exists",
            () -> bundle("accepted", 11).build(host, tree)));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("refused")
  void isRefusedAndChangesNothing(String what, int status, String code, Making making)
      throws Exception {
    Bundle bundle = making.make();
    Map<String, String> before = Snapshot.of(host, "web");
    assertThat(before)
        .as("there is something to protect")
        .containsKey("meta/accepted/release.json");

    host.send(bundle, "?deploy=true").isRefusal(status, code);

    assertThat(Snapshot.of(host, "web")).isEqualTo(before);
    assertThat(host.get("/v1/apps/web/deployments").get("deployments")).isEmpty();
  }

  @Test
  void takesTheSameBundleTwiceAsOne() throws Exception {
    Map<String, String> before = Snapshot.of(host, "web");

    host.send(accepted).is(200);

    assertThat(Snapshot.of(host, "web")).isEqualTo(before);
  }

  @Test
  void saysOnTheCommandLineWhatWasRefusedAndWhatToDo() throws Exception {
    Bundle strange = good("cli").sign(host.makeKey("stranger-too"));

    assertThat(host.pointsman("push", strange.directory().toString()).exits(4).said())
        .contains("sig.untrusted", "allowed_signers");
  }

  private static Arguments refused(String what, int status, String code, Making making) {
    return Arguments.of(what, status, code, making);
  }

  private static Bundle good(String release) throws Exception {
    return bundle(release, 11).build(host, tree);
  }

  private static PlainBundle bundle(String release, long sequence) {
    return new PlainBundle("web", release, sequence);
  }
}
