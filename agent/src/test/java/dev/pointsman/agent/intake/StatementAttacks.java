package dev.pointsman.agent.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Statements that are not meant for this host, say two things, or are not signed as they must. */
final class StatementAttacks {
  private static final Duration DAY = Duration.ofDays(1);

  private StatementAttacks() {}

  /** A bundle after the first one, of now. */
  static TestBundle second(TestBundle bundle) {
    bundle.release = "r2";
    bundle.sequence = "8";
    bundle.created = AttackTableTest.now();
    return bundle;
  }

  static byte[] signed(TestBundle bundle, SoftwareKey key) throws Exception {
    byte[] manifest = bundle.manifest();
    bundle.signatures.put("release.json.sig", key.sign(manifest));
    return bundle.build(manifest);
  }

  private static BundleAttack row(String expected, String what, Consumer<TestBundle> bend) {
    return BundleAttack.of(
        expected,
        what,
        ci -> {
          TestBundle bundle = second(TestBundle.archive());
          bend.accept(bundle);
          return signed(bundle, ci);
        });
  }

  private static BundleAttack extra(String expected, String what, String json) {
    return row(expected, what, bundle -> bundle.extra = ", " + json);
  }

  /** The whole manifest as {@code bend} makes it from a good one. */
  private static BundleAttack text(String expected, String what, Bend bend) {
    return BundleAttack.of(
        expected,
        what,
        ci -> {
          TestBundle bundle = second(TestBundle.archive());
          byte[] manifest = bend.of(new String(bundle.manifest(), UTF_8)).getBytes(UTF_8);
          bundle.signatures.put("release.json.sig", ci.sign(manifest));
          return bundle.build(manifest);
        });
  }

  private interface Bend {
    String of(String manifest);
  }

  private static String ago(Duration duration) {
    return Instant.now().minus(duration).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static Stream<BundleAttack> statements() {
    return Stream.of(policy(), json(), counts()).flatMap(rows -> rows);
  }

  private static Stream<BundleAttack> policy() {
    return Stream.of(
        row("403 statement.app", "for another app", b -> b.app = "shop"),
        row("403 statement.app", "for another release id", b -> b.release = "r3"),
        row("403 statement.target", "another environment", b -> b.target = "{\"env\": [\"dev\"]}"),
        row(
            "403 statement.target",
            "another host",
            b -> b.target = "{\"env\": [\"prod\"], \"hosts\": [\"db-*\"]}"),
        row(
            "403 statement.target",
            "another platform",
            b -> b.target = "{\"env\": [\"prod\"], \"platform\": \"plan9/mips\"}"),
        row(
            "403 statement.target",
            "environment of another case",
            b -> b.target = "{\"env\": [\"Prod\"]}"),
        row("403 statement.target", "no target", b -> b.target = ""),
        row("403 statement.stale", "too old", b -> b.created = ago(DAY.multipliedBy(8))),
        row("403 statement.future", "from the future", b -> b.created = ago(DAY.negated())),
        row(
            "403 statement.expired",
            "expired",
            b -> {
              b.created = ago(DAY.multipliedBy(2));
              b.extra = ", \"expires\": \"" + ago(DAY) + "\"";
            }),
        row("409 sequence.rollback", "older than what was accepted", b -> b.sequence = "6"),
        row("409 sequence.reused", "another release with the same number", b -> b.sequence = "7"),
        row("409 sequence.jump", "a leap", b -> b.sequence = "9007199254740991"),
        row(
            "409 sequence.jump",
            "one more than the leap that is allowed",
            b -> b.sequence = "1008"),
        extra("422 hook.unknown", "a hook", "\"hooks\": [\"migrate\"]"),
        extra("422 hook.unknown", "a command as hook", "\"hooks\": [\"rm -rf /; true\"]"),
        extra("422 hook.unknown", "a path as hook", "\"hooks\": [\"../../bin/sh\"]"),
        new BundleAttack(
            "409 release.exists",
            "other content with the id of one that is here",
            "/v1/apps/web/releases/r1",
            ci -> {
              TestBundle bundle = second(TestBundle.archive());
              bundle.release = "r1";
              return signed(bundle, ci);
            }));
  }

  private static Stream<BundleAttack> json() {
    return Stream.of(
        extra("422 json.duplicate-key", "a key twice", "\"sequence\": 9"),
        extra("422 json.duplicate-key", "a key twice, once in escapes", "\"\\u0061pp\": \"web\""),
        extra("422 json.duplicate-key", "a key twice in meta", "\"meta\": {\"a\": 1, \"a\": 2}"),
        extra("422 json.unknown-key", "an unknown key", "\"run\": \"x\""),
        extra("422 json.unknown-key", "a key of another case", "\"Sequence\": 9"),
        extra("422 json.unknown-key", "a prototype", "\"__proto__\": {\"app\": \"shop\"}"),
        row("422 json.value", "2^63", b -> b.sequence = "9223372036854775808"),
        row("422 json.value", "2^53", b -> b.sequence = "9007199254740992"),
        row("422 json.value", "1e3", b -> b.sequence = "1e3"),
        row("422 json.value", "1.0", b -> b.sequence = "1.0"),
        row("422 json.value", "-1", b -> b.sequence = "-1"),
        row("422 json.value", "a number as text", b -> b.sequence = "\"8\""),
        row("422 json.syntax", "leading zeros", b -> b.sequence = "08"),
        row("422 json.syntax", "hexadecimal", b -> b.sequence = "0x8"),
        row("422 json.syntax", "NaN", b -> b.sequence = "NaN"),
        row("422 json.value", "null", b -> b.sequence = "null"),
        row("422 json.value", "half a surrogate", b -> b.app = "\\ud800"),
        row("422 json.value", "a time that is none", b -> b.created = "2026-02-30T00:00:00Z"),
        row(
            "422 json.value",
            "a time of another zone",
            b -> b.created = "2026-11-22T18:45:07+01:00"),
        row("422 json.value", "an upper-case digest", b -> b.archiveDigest = "A".repeat(64)),
        extra("422 json.depth", "a depth bomb", "\"meta\": " + "[".repeat(500) + "]".repeat(500)),
        extra(
            "422 json.depth",
            "seven deep",
            "\"meta\": {\"a\": {\"b\": {\"c\": {\"d\": {\"e\": {}}}}}}"),
        extra(
            "422 json.value",
            "meta beyond 4 KiB",
            "\"meta\": {\"x\": \"" + "x".repeat(4_200) + "\"}"),
        extra(
            "413 limit.bundle",
            "a huge statement",
            "\"meta\": {\"x\": \"" + "x".repeat(10 << 20) + "\"}"),
        text(
            "422 json.value",
            "64 KiB exactly",
            json -> padded(json, 64 << 10).replace("\"web\"", "\"Web\"")),
        text("413 limit.bundle", "64 KiB and a byte", json -> padded(json, (64 << 10) + 1)),
        text("422 json.syntax", "a byte order mark", json -> "\ufeff" + json),
        text("422 json.syntax", "something after it", json -> json + "{}"),
        text("422 json.syntax", "NUL after it", json -> json + "\0"),
        text("422 json.syntax", "a comment", json -> "/* x */" + json),
        text("422 json.syntax", "a comma too many", json -> json.replace("}\n", ",}\n")),
        text("422 json.syntax", "single quotes", json -> json.replace('"', '\'')),
        text(
            "422 json.syntax",
            "a line feed in a text",
            json -> json.replace("\"web\"", "\"we\nb\"")),
        text("422 json.syntax", "a list", json -> "[" + json + "]"),
        text("422 json.syntax", "nothing", _ -> ""),
        text("422 json.value", "another type", json -> json.replace("release/1", "release/2")));
  }

  private static String padded(String json, int length) {
    return json + " ".repeat(length - json.length());
  }

  private static Stream<BundleAttack> counts() {
    return Stream.of(
        row("422 archive.digest", "another archive", b -> b.archiveDigest = "0".repeat(64)),
        row("413 limit.bytes", "bytes beyond the host's limit", b -> b.bytes = 1L << 40),
        row("413 limit.entries", "files beyond the host's limit", b -> b.files = 1_001),
        row("422 tree.count", "one file more signed than there is", b -> b.files = 2),
        row("422 tree.count", "one byte more signed than there is", b -> b.bytes = 6),
        row("413 limit.bytes", "one byte fewer signed than there is", b -> b.bytes = 4),
        row("413 limit.entries", "one file fewer signed than there is", b -> b.files = 0));
  }

  static Stream<BundleAttack> signatures() {
    return Stream.of(
        by("403 sig.missing", "no signature", null),
        by("403 sig.malformed", "an empty one", (_, _) -> new byte[0]),
        by("403 sig.malformed", "rubbish", (_, _) -> "hello\n".getBytes(UTF_8)),
        by("403 sig.malformed", "two armors in one file", (m, ci) -> twice(ci.sign(m))),
        by("403 sig.malformed", "8 KiB and a byte of armor", (_, _) -> new byte[(8 << 10)]),
        by("413 limit.bundle", "a signature beyond 8 KiB", (_, _) -> new byte[(8 << 10) + 1]),
        by("403 sig.bad", "over another statement", (_, ci) -> ci.sign("{}".getBytes(UTF_8))),
        by("403 sig.bad", "over the statement and a space", (m, ci) -> ci.sign(twice(m))),
        by("403 sig.namespace", "for files", (m, ci) -> ci.sign(m, "file", "sha512")),
        by("403 sig.namespace", "for git", (m, ci) -> ci.sign(m, "git", "sha512")),
        by("403 sig.namespace", "for trust", (m, ci) -> ci.sign(m, "trust.v1@pointsman", "sha512")),
        by(
            "403 sig.namespace",
            "for commands",
            (m, ci) -> ci.sign(m, "command.v1@pointsman", "sha512")),
        by("403 sig.namespace", "for nothing", (m, ci) -> ci.sign(m, "", "sha512")),
        by(
            "403 sig.namespace",
            "for releases, and NUL",
            (m, ci) -> ci.sign(m, "release.v1@pointsman\0", "sha512")),
        by("403 sig.untrusted", "by a stranger", (m, _) -> Keys.STRANGER.sign(m)),
        by("403 sig.untrusted", "by a key that has expired", (m, _) -> Keys.EXPIRED.sign(m)),
        by("403 sig.untrusted", "by a key that is not valid yet", (m, _) -> Keys.EARLY.sign(m)),
        by("403 sig.untrusted", "by a key for git alone", (m, _) -> Keys.FOR_GIT.sign(m)),
        by("403 sig.revoked", "by a revoked key", (m, _) -> Keys.REVOKED.sign(m)),
        by("403 sig.threshold", "by somebody else who is trusted", (m, _) -> Keys.OPS.sign(m)),
        by("403 sig.algorithm", "with MD5", (m, ci) -> ci.sign(m, SigningKey.NAMESPACE, "md5")),
        by("403 sig.algorithm", "with SHA-1", (m, ci) -> ci.sign(m, SigningKey.NAMESPACE, "sha1")),
        by(
            "403 sig.algorithm",
            "a security key that nobody touched",
            (m, _) -> Keys.TOUCHED.signAsSecurityKey(m, 0)),
        beside(
            "403 sig.bad",
            "a good one and one over other bytes",
            "release.json.a.sig",
            (_, ci) -> ci.sign(new byte[1])),
        beside(
            "403 sig.revoked",
            "a good one and one by a revoked key",
            "release.json.a.sig",
            (m, _) -> Keys.REVOKED.sign(m)),
        beside(
            "403 sig.malformed",
            "a good one and rubbish",
            "release.json.a.sig",
            (_, _) -> new byte[] {1}),
        BundleAttack.of("413 limit.bundle", "seventeen signatures", ci -> many(ci, 17)));
  }

  private interface Signing {
    byte[] sign(byte[] manifest, SoftwareKey ci) throws Exception;
  }

  private static BundleAttack by(String expected, String what, Signing signing) {
    return BundleAttack.of(
        expected,
        "signature: " + what,
        ci -> {
          TestBundle bundle = second(TestBundle.archive());
          byte[] manifest = bundle.manifest();
          if (signing != null) {
            bundle.signatures.put("release.json.sig", signing.sign(manifest, ci));
          }
          return bundle.build(manifest);
        });
  }

  private static BundleAttack beside(String expected, String what, String name, Signing other) {
    return BundleAttack.of(
        expected,
        "signature: " + what,
        ci -> {
          TestBundle bundle = second(TestBundle.archive());
          byte[] manifest = bundle.manifest();
          bundle.signatures.put("release.json.sig", ci.sign(manifest));
          bundle.signatures.put(name, other.sign(manifest, ci));
          return bundle.build(manifest);
        });
  }

  private static byte[] many(SoftwareKey ci, int count) throws Exception {
    TestBundle bundle = second(TestBundle.archive());
    byte[] manifest = bundle.manifest();
    for (int i = 0; i < count; i++) {
      bundle.signatures.put("release.json." + i + ".sig", ci.sign(manifest));
    }
    return bundle.build(manifest);
  }

  private static byte[] twice(byte[] bytes) {
    return new TarBytes().raw(bytes).raw(bytes).cut();
  }
}
