package dev.pointsman.packaging;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The simplest bundle there is, made with tar, sha256sum, printf and ssh-keygen; each part of what
 * it states can be changed first.
 */
final class PlainBundle {
  /** A script for people without the command line; the values come as its environment. */
  private static final String SCRIPT =
      """
      set -eu
      tar -cf payload.tar -C "$TREE" .
      sha=$(sha256sum payload.tar | cut -d' ' -f1)
      size=$(stat -c %s payload.tar)
      files=$(find "$TREE" -type f | wc -l)
      bytes=$(find "$TREE" -type f -printf '%s\\n' | awk '{ sum += $1 } END { printf "%d", sum }')
      printf '{"type":"pointsman.release/1","app":"%s","release":"%s","sequence":%s,"created":"%s","expires":"%s","target":{"env":["%s"]},' \\
        "$APP" "$RELEASE" "$SEQUENCE" "$CREATED" "$EXPIRES" "$TARGET" >release.json
      printf '"archive":{"sha256":"%s","size":%s,"format":"tar","files":%s,"bytes":%s}}\\n' "$sha" "$size" "$files" "$bytes" >>release.json
      ssh-keygen -q -Y sign -n release.v1@pointsman -f "$KEY" release.json
      """;

  private final String app;
  private final String release;
  private final long sequence;
  private Instant created = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private Duration life = Duration.ofDays(7);
  private String target = "prod";

  PlainBundle(String app, String release, long sequence) {
    this.app = app;
    this.release = release;
    this.sequence = sequence;
  }

  PlainBundle created(Instant when, Duration lasts) {
    created = when.truncatedTo(ChronoUnit.SECONDS);
    life = lasts;
    return this;
  }

  PlainBundle target(String environment) {
    target = environment;
    return this;
  }

  /** Makes it of {@code tree}, signed with the host's key. */
  Bundle build(Host host, Path tree) throws Exception {
    Path directory =
        Files.createDirectories(
            host.root().resolve("bundles/" + app + "-" + release + "-" + sequence));
    Command.of(directory, "sh", "-c", SCRIPT)
        .with("TREE", tree.toString())
        .with("APP", app)
        .with("RELEASE", release)
        .with("SEQUENCE", Long.toString(sequence))
        .with("CREATED", created.toString())
        .with("EXPIRES", created.plus(life).toString())
        .with("TARGET", target)
        .with("KEY", host.key().toString())
        .run()
        .exits(0);
    return new Bundle(app, release, directory);
  }
}
