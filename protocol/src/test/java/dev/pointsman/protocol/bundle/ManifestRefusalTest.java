package dev.pointsman.protocol.bundle;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.charset.Charset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a {@code release.json} must not be. Each row takes the good manifest and exchanges one piece
 * of it, so that nothing but that piece can be the reason.
 */
class ManifestRefusalTest {
  private static final String GOOD =
      """
      {"type":"pointsman.release/1","app":"web","release":"r1","sequence":7,\
      "created":"2026-11-22T18:45:07Z","expires":"2026-11-29T18:45:07Z",\
      "target":{"env":["prod"],"hosts":["web-*"],"platform":"linux/amd64"},\
      "tree":{"sha256":"%1$s","size":10,"files":2,"links":1,"bytes":20},\
      "archive":{"sha256":"%1$s","size":10,"format":"tar.gz","files":2,"bytes":20},\
      "hooks":["migrate"],"schema":{"requires":[1,2],"provides":2},\
      "process":{"command":["node","main.js"],"working_directory":"server",\
      "health":{"path":"/health"},"public":"dist","assets":"assets"},\
      "meta":{"commit":"4f2c9e1"}}\
      """
          .formatted("6b0e".repeat(16));

  @Test
  void theUnchangedOneIsGood() throws Rejected {
    assertThat(Manifest.parse(GOOD.getBytes(UTF_8)).sequence()).isEqualTo(7);
  }

  @ParameterizedTest(name = "{0} -> {1}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # exchanged             | for                                        | code               | entry
          # --- as JSON
          {"type"                 | "type"                                     | json.syntax        | release.json
          {"type"                 | [{"type"                                   | json.syntax        | release.json
          {"type"                 | {{"type"                                   | json.syntax        | release.json
          "app":"web"             | 'app':'web'                                | json.syntax        | release.json
          "app":"web"             | app:"web"                                  | json.syntax        | release.json
          "app":"web"             | /* no */"app":"web"                        | json.syntax        | release.json
          "app":"web",            | "app":"web",,                              | json.syntax        | release.json
          "4f2c9e1"}}             | "4f2c9e1"}                                 | json.syntax        | release.json
          "4f2c9e1"}}             | "4f2c9e1",}}                               | json.syntax        | release.json
          "4f2c9e1"}}             | "4f2c9e1"}} {}                             | json.syntax        | release.json
          "4f2c9e1"}}             | "4f2c9e1"}}]                               | json.syntax        | release.json
          "4f2c9e1"               | "4f\\x41"                                  | json.syntax        | release.json
          "4f2c9e1"               | NaN                                        | json.syntax        | release.json
          "4f2c9e1"               | 01                                         | json.syntax        | release.json
          "4f2c9e1"               | +1                                         | json.syntax        | release.json
          "4f2c9e1"               | .5                                         | json.syntax        | release.json
          "4f2c9e1"               | Infinity                                   | json.syntax        | release.json
          "4f2c9e1"               | "\\ud800"                                  | json.value         | meta.commit
          "commit"                | "\\udc00"                                  | json.syntax        | release.json
          "commit"                | "\\ud800x"                                 | json.syntax        | release.json
          "4f2c9e1"               | [[[[1]]]]                                  | json.value         | -
          "4f2c9e1"               | [[[[[1]]]]]                                | json.depth         | meta.commit[0][0][0][0]
          # --- keys
          "sequence":7            | "sequence":7,"sequence":8                  | json.duplicate-key | sequence
          "sequence":7            | "sequence":7,"s\\u0065quence":8            | json.duplicate-key | sequence
          "size":10,"files"       | "size":10,"size":10,"files"                | json.duplicate-key | tree.size
          "commit":"4f2c9e1"      | "a":1,"a":1                                | json.duplicate-key | meta.a
          "sequence":7            | "sequence":7,"Sequence":7                  | json.unknown-key   | Sequence
          "env":["prod"]          | "env":["prod"],"port":1                    | json.unknown-key   | target.port
          "links":1               | "links":1,"mode":1                         | json.unknown-key   | tree.mode
          "format"                | "links":1,"format"                         | json.unknown-key   | archive.links
          "provides":2            | "provides":2,"x":1                         | json.unknown-key   | schema.x
          "public"                | "user":"root","public"                     | json.unknown-key   | process.user
          "path":"/health"        | "path":"/health","port":1                  | json.unknown-key   | process.health.port
          "type":"pointsman.release/1", | `` | json.value | type
          "app":"web",            | ``                                         | json.value         | app
          "release":"r1",         | ``                                         | json.value         | release
          "sequence":7,           | ``                                         | json.value         | sequence
          "created":"2026-11-22T18:45:07Z", | ``                               | json.value         | created
          "env":["prod"],         | ``                                         | json.value         | target.env
          "links":1,              | ``                                         | json.value         | tree.links
          "format":"tar.gz",      | ``                                         | json.value         | archive.format
          ,"provides":2           | ``                                         | json.value         | schema.provides
          # --- numbers
          "sequence":7            | "sequence":-1                              | json.value         | sequence
          "sequence":7            | "sequence":-0                              | json.value         | sequence
          "sequence":7            | "sequence":7.0                             | json.value         | sequence
          "sequence":7            | "sequence":1e3                             | json.value         | sequence
          "sequence":7            | "sequence":"7"                             | json.value         | sequence
          "sequence":7            | "sequence":null                            | json.value         | sequence
          "sequence":7            | "sequence":9007199254740992                | json.value         | sequence
          "sequence":7            | "sequence":9223372036854775808             | json.value         | sequence
          "sequence":7            | "sequence":99999999999999999999999999999   | json.value         | sequence
          "4f2c9e1"               | 1.5                                        | json.value         | meta.commit
          "files":2,"links"       | "files":2147483648,"links"                 | json.value         | tree.files
          # --- values
          pointsman.release/1     | pointsman.release/2                        | json.value         | type
          "web"                   | "Web"                                      | json.value         | app
          "web"                   | ["web"]                                    | json.value         | app
          "r1"                    | "../r1"                                    | json.value         | release
          "r1"                    | "current"                                  | json.value         | release
          "r1"                    | "a..b"                                     | json.value         | release
          2026-11-22T18:45:07Z    | 2026-11-22T18:45:07                        | json.value         | created
          2026-11-22T18:45:07Z    | 2026-11-22T18:45:07+00:00                  | json.value         | created
          2026-11-22T18:45:07Z    | 2026-11-22T24:00:00Z                       | json.value         | created
          2026-11-22T18:45:07Z    | 2026-02-30T18:45:07Z                       | json.value         | created
          2026-11-29T18:45:07Z    | 2026-11-22T18:45:07Z                       | json.value         | expires
          "expires":"2026-11-29T18:45:07Z" | "expires":null                    | json.value         | expires
          ["prod"]                | []                                         | json.value         | target.env
          ["prod"]                | "prod"                                     | json.value         | target.env
          ["prod"]                | ["prod","prod"]                            | json.value         | target.env
          ["prod"]                | ["pr od"]                                  | json.value         | target.env
          ["prod"]                | [1]                                        | json.value         | target.env
          ["web-*"]               | []                                         | json.value         | target.hosts
          ["web-*"]               | ["web-?"]                                  | json.value         | target.hosts
          ["web-*"]               | ["web-[12]"]                               | json.value         | target.hosts
          linux/amd64             | linux                                      | json.value         | target.platform
          {"sha256":"6b0e         | {"sha256":"6B0E                            | json.value         | tree.sha256
          {"sha256":"6b0e         | {"sha256":"6b0                             | json.value         | tree.sha256
          "tar.gz"                | "zip"                                      | json.value         | archive.format
          ["migrate"]             | ["../../bin/sh"]                           | hook.unknown       | hooks
          ["migrate"]             | ["migrate; reboot"]                        | hook.unknown       | hooks
          ["migrate"]             | [""]                                       | hook.unknown       | hooks
          ["migrate"]             | ["migrate","migrate"]                      | json.value         | hooks
          [1,2]                   | [2,1]                                      | json.value         | schema.requires
          [1,2]                   | [1]                                        | json.value         | schema.requires
          [1,2]                   | [1,2,3]                                    | json.value         | schema.requires
          [1,2]                   | [1,"2"]                                    | json.value         | schema.requires
          [1,2]                   | {"a":1,"b":2}                              | json.value         | schema.requires
          {"commit":"4f2c9e1"}    | "x"                                        | json.value         | meta
          # --- process
          ["node","main.js"]      | "node main.js"                             | json.value         | process.command
          ["node","main.js"]      | []                                         | json.value         | process.command
          "main.js"               | "a\\u0000b"                                | json.value         | process.command
          "node"                  | ""                                         | path.component     | process.command
          "node"                  | "/bin/sh"                                  | path.absolute      | process.command
          "node"                  | "../sh"                                    | path.traversal     | process.command
          "node"                  | "bin/../../sh"                             | path.traversal     | process.command
          "node"                  | "bin\\\\sh"                                | path.char          | process.command
          "server"                | "/srv"                                     | path.absolute      | process.working_directory
          "server"                | ".."                                       | path.traversal     | process.working_directory
          "server"                | "a/./b"                                    | path.traversal     | process.working_directory
          "server"                | "a//b"                                     | path.component     | process.working_directory
          "server"                | "a/"                                       | path.component     | process.working_directory
          "server"                | ""                                         | path.component     | process.working_directory
          "server"                | "a\\nb"                                    | path.char          | process.working_directory
          "server"                | "a\\u202eb"                                | path.char          | process.working_directory
          "dist"                  | "../dist"                                  | path.traversal     | process.public
          "assets":"assets"       | "assets":"../assets"                       | path.traversal     | process.assets
          "public":"dist",        | ``                                         | json.value         | process.assets
          "/health"               | "health"                                   | json.value         | process.health.path
          "/health"               | "/he alth"                                 | json.value         | process.health.path
          "/health"               | "/\\r\\nHost: x"                           | json.value         | process.health.path
          {"path":"/health"}      | "/health"                                  | json.value         | process.health
          """)
  void refuses(String piece, String other, String code, String entry) {
    assertThat(GOOD).as("what the row exchanges").contains(piece);
    int at = GOOD.indexOf(piece);
    String bad = GOOD.substring(0, at) + other + GOOD.substring(at + piece.length());

    if (entry.equals("-")) {
      assertThat(catchThrowableOfType(Rejected.class, () -> Manifest.parse(bad.getBytes(UTF_8))))
          .as("as deep as is allowed")
          .isNull();
    } else {
      assertRefused(bad.getBytes(UTF_8), code, entry);
    }
  }

  @Test
  void refusesAByteOrderMark() {
    assertRefused(("\uFEFF" + GOOD).getBytes(UTF_8), "json.syntax", "release.json");
  }

  @Test
  void refusesOtherEncodingsThanUtf8() {
    for (Charset charset : new Charset[] {UTF_16, UTF_16BE, Charset.forName("UTF-32LE")}) {
      assertRefused(GOOD.getBytes(charset), "json.syntax", "release.json");
    }
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[] overlong = GOOD.getBytes(UTF_8);
    int at = GOOD.indexOf("4f2c9e1");
    overlong[at] = (byte) 0xC0; // An overlong '/'.
    overlong[at + 1] = (byte) 0xAF;

    assertRefused(overlong, "json.syntax", "release.json");
  }

  @Test
  void refusesNothingAtAllAndWhiteSpace() {
    assertRefused(new byte[0], "json.syntax", "release.json");
    assertRefused(" \n".getBytes(UTF_8), "json.syntax", "release.json");
  }

  @Test
  void refusesAnythingButWhiteSpaceAfterTheObject() throws Rejected {
    assertThat(Manifest.parse((GOOD + "\r\n\t ").getBytes(UTF_8)).sequence()).isEqualTo(7);
    assertRefused((GOOD + "\n\0").getBytes(UTF_8), "json.syntax", "release.json");
    assertRefused((GOOD + "x").getBytes(UTF_8), "json.syntax", "release.json");
  }

  @Test
  void refusesMoreThan64KiBBeforeItReadsThem() {
    byte[] json = (GOOD + " ".repeat(Manifest.MAX_BYTES - GOOD.length() + 1)).getBytes(UTF_8);

    assertRefused(json, "limit.bundle", "release.json");
  }

  @Test
  void takes64KiB() throws Rejected {
    byte[] json = (GOOD + " ".repeat(Manifest.MAX_BYTES - GOOD.length())).getBytes(UTF_8);

    assertThat(Manifest.parse(json).sequence()).isEqualTo(7);
  }

  @Test
  void refusesMetaOfMoreThan4KiB() throws Rejected {
    int fits = Manifest.MAX_META_BYTES - "{\"commit\":\"\"}".length();

    assertThat(Manifest.parse(with("4f2c9e1", "x".repeat(fits))).meta()).isPresent();
    assertRefused(with("4f2c9e1", "x".repeat(fits + 1)), "json.value", "meta");
  }

  @Test
  void refusesADepthBombWithoutFallingOver() {
    assertRefused(with("\"4f2c9e1\"", "[".repeat(30_000)), "json.depth", "meta.commit[0][0][0][0]");
  }

  @Test
  void needsATreeOrAnArchive() {
    String neither =
        GOOD.replaceFirst("\"tree\":\\{[^}]*},", "").replaceFirst("\"archive\":\\{[^}]*},", "");

    assertRefused(neither.getBytes(UTF_8), "json.value", "tree");
  }

  @Test
  void neverShowsControlCharactersOfTheInput() {
    Rejected rejected = refusal(with("\"web\"", "\"\\u001b[2Jweb\""));

    assertThat(rejected.detail()).doesNotContain("\u001b").contains("[2Jweb");
  }

  @Test
  void saysWhereTheSyntaxIsWrong() {
    Rejected rejected = refusal("{\n  \"app\": web\n}".getBytes(UTF_8));

    assertThat(rejected.detail()).startsWith("release.json:2:").doesNotContain("enable");
  }

  @Test
  void answersEveryDamageWithACode() throws Rejected {
    long seed = 20261122L;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = GOOD.getBytes(UTF_8);
      for (int i = random.nextInt(3); i >= 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        Manifest manifest = Manifest.parse(damaged);
        assertThat(Manifest.parse(manifest.toJson())).as("seed %d", seed).isEqualTo(manifest);
      } catch (Rejected e) {
        assertThat(e.code().status()).as("seed %d, round %d", seed, round).isEqualTo(422);
      }
    }
  }

  private static byte[] with(String piece, String other) {
    assertThat(GOOD).contains(piece);
    return GOOD.replace(piece, other).getBytes(UTF_8);
  }

  private static Rejected refusal(byte[] json) {
    Rejected rejected = catchThrowableOfType(Rejected.class, () -> Manifest.parse(json));
    assertThat(rejected).as("a refusal of " + new String(json, UTF_8)).isNotNull();
    return rejected;
  }

  private static void assertRefused(byte[] json, String code, String entry) {
    Rejected rejected = refusal(json);
    assertThat(rejected.code())
        .as(rejected.getMessage())
        .isEqualTo(ErrorCode.ofWire(code).orElseThrow());
    assertThat(rejected.entry()).isEqualTo(entry);
  }

  /** What a refusal shows of the file is short and has no control characters. */
  @Test
  void showsKeysOfTheFileWithoutWhatWouldActOnATerminal() {
    String key = "\\u001b[31m" + "x".repeat(20_000);
    byte[] json = ("{\"" + key + "\":1,\"" + key + "\":2}").getBytes(UTF_8);

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> Manifest.parse(json));

    assertThat(rejected.code()).isEqualTo(ErrorCode.JSON_DUPLICATE_KEY);
    assertThat(rejected.getMessage())
        .contains("u{1b}[31mxxx")
        .doesNotContain("\u001b")
        .hasSizeLessThan(400);
  }
}
