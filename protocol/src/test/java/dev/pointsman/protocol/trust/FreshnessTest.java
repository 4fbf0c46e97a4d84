package dev.pointsman.protocol.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.Manifest.Target;
import dev.pointsman.protocol.bundle.Manifest.Tree;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.Freshness.Host;
import dev.pointsman.protocol.trust.Freshness.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A good bundle sent to the wrong place, or at the wrong time. */
class FreshnessTest {
  private static final Instant CREATED = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant EXPIRES = Instant.parse("2026-11-25T12:00:00Z");
  private static final AppName WEB = new AppName("web");
  private static final ReleaseId R1 = new ReleaseId("r1");
  private static final Policy POLICY =
      new Policy(
          Duration.ofDays(7),
          Duration.ofMinutes(5),
          new Host("prod", "web-1.example.net", "linux/amd64"),
          false);
  private static final Target HERE = new Target(List.of("prod"), List.of(), Optional.empty());

  @ParameterizedTest(name = "{0} {1} -> {2}")
  @CsvSource({
    "web, r1, ",
    "api, r1, statement.app app",
    "web, r2, statement.app release",
    "api, r2, statement.app app"
  })
  void isForTheAppAndReleaseOfTheAddress(String app, String release, String refusal) {
    assertThat(outcome(manifest(HERE), new AppName(app), new ReleaseId(release), CREATED))
        .isEqualTo(refusal);
  }

  @ParameterizedTest(name = "env {0}, hosts {1}, platform {2} -> {3}")
  @CsvSource({
    "prod,         ,                          ,            ",
    "staging prod, ,                          ,            ",
    "prod,         web-1.example.net,         linux/amd64, ",
    "prod,         db-* web-*.example.net,    ,            ",
    "prod,         *,                         ,            ",
    "staging,      ,                          ,            statement.target target.env",
    "Prod,         ,                          ,            statement.target target.env",
    "pro*,         ,                          ,            statement.target target.env",
    "prod,         db-*,                      ,            statement.target target.hosts",
    "prod,         web-?.example.net,         ,            statement.target target.hosts",
    "prod,         web-1,                     ,            statement.target target.hosts",
    "prod,         ,                          linux/arm64, statement.target target.platform",
    "staging,      db-*,                      linux/arm64, statement.target target.env"
  })
  void isForThisHost(String env, String hosts, String platform, String refusal) {
    Target target =
        new Target(
            List.of(env.split(" ")),
            hosts == null ? List.of() : List.of(hosts.split(" ")),
            Optional.ofNullable(platform));

    assertThat(outcome(manifest(target), WEB, R1, CREATED)).isEqualTo(refusal);
  }

  @Test
  void namesATargetUnlessTheHostDoesNotAskForOne() {
    Policy optional = new Policy(POLICY.maxAge(), POLICY.skew(), POLICY.host(), true);

    assertThat(outcome(manifest(null), WEB, R1, CREATED)).isEqualTo("statement.target target");
    assertThatCode(() -> Freshness.check(manifest(null), WEB, R1, optional, CREATED))
        .doesNotThrowAnyException();
  }

  @Test
  void isComparedEvenWhereATargetIsOptional() {
    Policy optional = new Policy(POLICY.maxAge(), POLICY.skew(), POLICY.host(), true);
    Target elsewhere = new Target(List.of("staging"), List.of(), Optional.empty());

    assertThat(
            SshSignatureTest.codeOf(
                    () -> Freshness.check(manifest(elsewhere), WEB, R1, optional, CREATED))
                .wire())
        .isEqualTo("statement.target");
  }

  @ParameterizedTest(name = "at {0} -> {1}")
  @CsvSource({
    "2026-11-22T12:00:00Z,    ",
    "2026-11-22T11:55:00Z,    ",
    "2026-11-22T11:54:59.999Z, statement.future created",
    "2026-11-25T12:00:00Z,    ",
    "2026-11-25T12:00:00.001Z, statement.expired expires",
    "2027-11-25T12:00:00Z,     statement.expired expires"
  })
  void isAcceptedFromCreatedToExpires(Instant now, String refusal) {
    assertThat(outcome(manifest(HERE), WEB, R1, now)).isEqualTo(refusal);
  }

  @ParameterizedTest(name = "at {0} -> {1}")
  @CsvSource({
    "2026-11-29T12:00:00Z,    ",
    "2026-11-29T12:00:00.001Z, statement.stale created",
    "1970-01-01T00:00:00Z,     statement.future created"
  })
  void isNotOlderThanMaxAgeWhereItNeverExpires(Instant now, String refusal) {
    assertThat(outcome(manifest(HERE, null), WEB, R1, now)).isEqualTo(refusal);
  }

  @Test
  void saysWhenAndWhere() {
    Rejected rejected =
        catchThrowableOfType(
            Rejected.class,
            () ->
                Freshness.check(
                    manifest(new Target(List.of("test", "staging"), List.of(), Optional.empty())),
                    WEB,
                    R1,
                    POLICY,
                    CREATED));

    assertThat(rejected.detail())
        .isEqualTo("release.json: it is for test, staging, and this host is prod");
  }

  @ParameterizedTest(name = "{0} ~ {1}: {2}")
  @CsvSource({
    "web-1, web-1, true",
    "web-1, web-2, false",
    "web-1, web-11, false",
    "web-1, xweb-1, false",
    "*, anything, true",
    "*, '', true",
    "**, x, true",
    "web-*, web-, true",
    "web-*, web, false",
    "*.net, a.b.net, true",
    "*.net, a.b.com, false",
    "a*b*c, abc, true",
    "a*b*c, aXbYbZc, true",
    "a*b*c, acb, false",
    "a*a, a, false",
    "a.c, abc, false",
    "a?c, abc, false",
    "[ab]c, ac, false",
    "WEB, web, false"
  })
  void knowsNoWildcardButTheStar(String glob, String name, boolean matches) {
    assertThat(Glob.matches(glob, name)).isEqualTo(matches);
  }

  @Test
  void doesNotTakeForeverOverAGlobFullOfStars() {
    String glob = "*a".repeat(120) + "b";

    assertThat(Glob.matches(glob, "a".repeat(253))).isFalse();
  }

  private static Manifest manifest(Target target) {
    return manifest(target, EXPIRES);
  }

  private static Manifest manifest(Target target, Instant expires) {
    return new Manifest(
        WEB,
        R1,
        7,
        CREATED,
        Optional.ofNullable(expires),
        Optional.ofNullable(target),
        Optional.of(new Tree("6b0e".repeat(16), 20, 0, 0, 0)),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Code and entry of the refusal, null where there is none. */
  private static String outcome(Manifest manifest, AppName app, ReleaseId release, Instant now) {
    Rejected rejected =
        catchThrowableOfType(
            Rejected.class, () -> Freshness.check(manifest, app, release, POLICY, now));
    return rejected == null ? null : rejected.code().wire() + " " + rejected.entry();
  }
}
