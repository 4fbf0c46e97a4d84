package dev.pointsman.agent.cli;

import dev.pointsman.agent.pack.PackRequest;
import dev.pointsman.agent.pack.Packed;
import dev.pointsman.agent.pack.Packer;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.Manifest.ProcessDefaults;
import dev.pointsman.protocol.bundle.Manifest.Target;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman pack}. */
@Command(name = "pack", description = "Make a bundle directory from a directory.")
final class PackCommand extends Verb {
  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  @Option(names = "--app", required = true, paramLabel = "APP")
  private @Nullable AppName app;

  @Option(
      names = "--release",
      paramLabel = "ID",
      description = "Its name (the time, and git's commit where there is one).")
  private @Nullable ReleaseId release;

  @Option(
      names = "--sequence",
      paramLabel = "N",
      description = "Must grow from release to release (the seconds since 1970).")
  private @Nullable Long sequence;

  @Option(
      names = "--env",
      required = true,
      split = ",",
      paramLabel = "ENV",
      description = "Environments it may go to, as prod.")
  private List<String> env = List.of();

  @Option(
      names = "--hosts",
      split = ",",
      paramLabel = "GLOB",
      description = "Hosts it may go to, as 'web-*' (all).")
  private List<String> hosts = List.of();

  @Option(names = "--platform", paramLabel = "OS/ARCH", description = "As linux/amd64 (all).")
  private @Nullable String platform;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      defaultValue = "7d",
      description = "How long hosts accept it (${DEFAULT-VALUE}).")
  private Duration expires = Duration.ofDays(7);

  @Option(
      names = "--command",
      paramLabel = "COMMAND",
      description = "What a worker runs, as 'node server/main.js'; a host may override it.")
  private @Nullable String command;

  @Option(
      names = "--working-directory",
      paramLabel = "DIR",
      description = "Where in the release it runs.")
  private @Nullable String workingDirectory;

  @Option(names = "--health-path", paramLabel = "PATH", description = "What the agent probes.")
  private @Nullable String healthPath;

  @Option(
      names = "--public",
      paramLabel = "DIR",
      description = "The directory of the release that the web server publishes.")
  private @Nullable String publicDirectory;

  @Option(
      names = "--assets",
      paramLabel = "DIR",
      description = "The part of --public whose file names carry a hash.")
  private @Nullable String assets;

  @Option(names = "--hook", paramLabel = "NAME", description = "A hook that hosts define.")
  private List<String> hooks = List.of();

  @Option(names = "--meta", paramLabel = "KEY=VALUE", description = "Facts for people.")
  private Map<String, String> meta = Map.of();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "Leave out: '*.map' anywhere, './test' at the top only.")
  private List<String> excluded = List.of();

  @Option(
      names = "--no-payload",
      description = "Write no payload.tar.gz; 'push --tree TREE' then sends what hosts lack.")
  private boolean noPayload;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "Of the payload: tar, tar.gz, or tar.zst (tar.gz).")
  private String format = "tar.gz";

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "To be made.")
  private @Nullable Path output;

  @Parameters(paramLabel = "TREE", description = "What the release consists of.")
  private @Nullable Path tree;

  PackCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    Path from = Objects.requireNonNull(tree);
    PackRequest request =
        new PackRequest(
            manifest(from),
            from,
            excluded,
            compression(),
            Objects.requireNonNull(output),
            !noPayload);
    Packed packed = Packer.pack(request, new PackProgress(console(), session().time()));
    packed.warnings().forEach(warning -> console().problem("warning: " + warning));
    console().result(json() ? json(packed) : words(packed));
    return ExitCode.SUCCESSFUL;
  }

  private Compression compression() {
    for (Compression compression : Compression.values()) {
      if (format.equals("tar" + compression.suffix())) {
        return compression;
      }
    }
    throw usage("--format: '" + format + "' is none of tar, tar.gz, tar.zst");
  }

  private Manifest manifest(Path from) throws InterruptedException {
    Instant created = session().time().now().truncatedTo(ChronoUnit.SECONDS);
    return new Manifest(
        Objects.requireNonNull(app),
        release == null ? defaultRelease(created, from) : release,
        sequence == null ? created.getEpochSecond() : sequence,
        created,
        Optional.of(created.plus(expires)),
        Optional.of(new Target(env, hosts, Optional.ofNullable(platform))),
        Optional.empty(),
        Optional.empty(),
        hooks,
        Optional.empty(),
        process(),
        Manifest.metaOf(meta));
  }

  private static ReleaseId defaultRelease(Instant created, Path from) throws InterruptedException {
    Optional<String> commit = Files.isDirectory(from) ? GitCommit.of(from) : Optional.empty();
    return new ReleaseId(ID.format(created) + commit.map(sha -> "-" + sha).orElse(""));
  }

  private Optional<ProcessDefaults> process() {
    ProcessDefaults process =
        new ProcessDefaults(
            words(),
            Optional.ofNullable(workingDirectory),
            Optional.ofNullable(healthPath),
            Optional.ofNullable(publicDirectory),
            Optional.ofNullable(assets));
    ProcessDefaults nothing =
        new ProcessDefaults(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return process.equals(nothing) ? Optional.empty() : Optional.of(process);
  }

  private Optional<List<String>> words() {
    try {
      return Optional.ofNullable(command).map(Words::of);
    } catch (IllegalArgumentException e) {
      throw usage("--command: " + e.getMessage());
    }
  }

  private static String words(Packed packed) {
    Manifest manifest = packed.manifest();
    Manifest.Tree listed = manifest.tree().orElseThrow();
    return "packed "
        + manifest.app()
        + " "
        + manifest.release()
        + " (sequence "
        + manifest.sequence()
        + ") into "
        + packed.directory()
        + ": "
        + listed.files()
        + " files, "
        + listed.links()
        + " links, "
        + Spans.bytes(listed.bytes())
        + manifest
            .archive()
            .map(archive -> "; payload " + Spans.bytes(archive.size()))
            .orElse("; no payload")
        + "\nnext: pointsman sign --key KEY "
        + packed.directory();
  }

  /** What release.json says, on one line. */
  private static String json(Packed packed) {
    return new String(packed.manifest().toJson(), StandardCharsets.UTF_8)
        .replaceAll("\n *", "")
        .strip();
  }
}
