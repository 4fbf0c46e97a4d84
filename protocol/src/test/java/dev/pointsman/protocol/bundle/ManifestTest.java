package dev.pointsman.protocol.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest.Archive;
import dev.pointsman.protocol.bundle.Manifest.ProcessDefaults;
import dev.pointsman.protocol.bundle.Manifest.Schema;
import dev.pointsman.protocol.bundle.Manifest.Target;
import dev.pointsman.protocol.bundle.Manifest.Tree;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a good {@code release.json} says, and the bytes that are written for it. */
class ManifestTest {
  private static final String DIGEST = "6b0e".repeat(16);
  private static final Instant CREATED = Instant.parse("2026-11-22T18:45:07Z");

  private static final Manifest FULL =
      new Manifest(
          new AppName("web"),
          new ReleaseId("20261122T184507Z-4f2c9e1"),
          1421,
          CREATED,
          Optional.of(Instant.parse("2026-11-29T18:45:07Z")),
          Optional.of(
              new Target(
                  List.of("prod", "staging"),
                  List.of("web-*.example.net"),
                  Optional.of("linux/amd64"))),
          Optional.of(new Tree(DIGEST, 3912282, 29237, 18, 372808534)),
          Optional.of(new Archive("91aa".repeat(16), 96672143, "tar.gz", 29237, 372808534)),
          List.of("migrate"),
          Optional.of(new Schema(11, 14, 14)),
          Optional.of(
              new ProcessDefaults(
                  Optional.of(List.of("node", "--import=/opt/x.js", "server/main.js", "")),
                  Optional.of("server"),
                  Optional.of("/health?deep=1"),
                  Optional.of("dist"),
                  Optional.of("assets"))),
          Manifest.metaOf(Map.of("run", "https://ci.example/1421", "commit", "4f2c9e1")));

  private static final Manifest SMALLEST =
      new Manifest(
          new AppName("web"),
          new ReleaseId("r1"),
          0,
          CREATED,
          Optional.empty(),
          Optional.empty(),
          Optional.of(new Tree(DIGEST, 20, 0, 0, 0)),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  @Test
  void writesTheSameBytesOnEveryMachine() {
    assertThat(new String(FULL.toJson(), UTF_8))
        .isEqualTo(
            """
            {
              "type": "pointsman.release/1",
              "app": "web",
              "release": "20261122T184507Z-4f2c9e1",
              "sequence": 1421,
              "created": "2026-11-22T18:45:07Z",
              "expires": "2026-11-29T18:45:07Z",
              "target": {
                "env": [ "prod", "staging" ],
                "hosts": [ "web-*.example.net" ],
                "platform": "linux/amd64"
              },
              "tree": {
                "sha256": "6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e6b0e",
                "size": 3912282,
                "files": 29237,
                "links": 18,
                "bytes": 372808534
              },
              "archive": {
                "sha256": "91aa91aa91aa91aa91aa91aa91aa91aa91aa91aa91aa91aa91aa91aa91aa91aa",
                "size": 96672143,
                "format": "tar.gz",
                "files": 29237,
                "bytes": 372808534
              },
              "hooks": [ "migrate" ],
              "schema": {
                "requires": [ 11, 14 ],
                "provides": 14
              },
              "process": {
                "command": [ "node", "--import=/opt/x.js", "server/main.js", "" ],
                "working_directory": "server",
                "health": {
                  "path": "/health?deep=1"
                },
                "public": "dist",
                "assets": "assets"
              },
              "meta": {
                "commit": "4f2c9e1",
                "run": "https://ci.example/1421"
              }
            }
            """);
  }

  @Test
  void readsBackWhatItWrote() throws Rejected {
    assertThat(Manifest.parse(FULL.toJson())).isEqualTo(FULL);
    assertThat(Manifest.parse(SMALLEST.toJson())).isEqualTo(SMALLEST);
  }

  @Test
  void leavesOutWhatIsNotThere() {
    assertThat(new String(SMALLEST.toJson(), UTF_8))
        .doesNotContain("expires", "target", "archive", "hooks", "schema", "process", "meta");
  }

  @Test
  void takesWhatPrintfMakesOnOneLine() throws Rejected {
    String json =
        """
        {"type":"pointsman.release/1","app":"web","release":"r1","sequence":9007199254740991,\
        "created":"2026-11-22T18:45:07.250Z","archive":{"sha256":"%s","size":1,"format":"tar",\
        "files":1,"bytes":1},"hooks":[],"meta":{"a":{"b":[null,true,"é\\u00e9"]}}}
        """
            .formatted(DIGEST);

    Manifest manifest = Manifest.parse(json.getBytes(UTF_8));

    assertThat(manifest.sequence()).isEqualTo(Manifest.MAX_INTEGER);
    assertThat(manifest.created()).isEqualTo(Instant.parse("2026-11-22T18:45:07.250Z"));
    assertThat(manifest.archive().orElseThrow().format()).isEqualTo("tar");
    assertThat(manifest.hooks()).isEmpty();
    assertThat(manifest.meta()).contains("{\"a\":{\"b\":[null,true,\"éé\"]}}");
    assertThat(Manifest.parse(manifest.toJson())).isEqualTo(manifest);
  }

  @Test
  void saysNothingWhereThereIsNoMeta() {
    assertThat(Manifest.metaOf(Map.of())).isEmpty();
  }
}
