package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.pack.BundleDirectory;
import dev.pointsman.agent.pack.OuterTar;
import dev.pointsman.agent.push.Content;
import dev.pointsman.agent.push.PayloadContent;
import dev.pointsman.agent.push.TreeContent;
import dev.pointsman.agent.push.Wanted;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman push DIR}. */
@Command(name = "push", description = "Send a signed bundle to the host, where it is staged.")
final class PushCommand extends Verb {
  @Mixin private Connection connection = new Connection();
  @Mixin private Waiting waiting = new Waiting();

  @Option(names = "--deploy", description = "Deploy the release once it is staged.")
  private boolean deploy;

  @Option(names = "--full", description = "Send the whole bundle, whatever the host has.")
  private boolean full;

  @Option(
      names = "--tree",
      paramLabel = "TREE",
      description = "Read files in the directory that was packed, not in the payload.")
  private @Nullable Path tree;

  @Option(
      names = "--compress",
      paramLabel = "HOW",
      defaultValue = "auto",
      description = "Compress what is missing: auto (not on a unix socket), none, gzip.")
  private Compression compress = Compression.AUTO;

  @Option(
      names = "--retry",
      paramLabel = "TIME",
      defaultValue = "2m",
      description =
          "How long broken transfers are tried again without progress (${DEFAULT-VALUE}).")
  private Duration retry = Duration.ofMinutes(2);

  @Parameters(paramLabel = "DIR", description = "The bundle directory.")
  private @Nullable Path directory;

  /** What becomes of files on their way. */
  enum Compression {
    AUTO,
    NONE,
    GZIP
  }

  PushCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    if (waiting.isWanted() && !deploy) {
      throw usage("--wait goes with --deploy: without it, push ends when the release is staged");
    }
    if (full && tree != null) {
      throw usage("--full sends the payload, so there is nothing to read in --tree");
    }
    BundleDirectory bundle = BundleDirectory.open(Objects.requireNonNull(directory));
    Manifest manifest = bundle.manifest();
    String what = manifest.app() + " " + manifest.release();
    Console console = console();
    UploadProgress progress = new UploadProgress(console, session().time(), what);
    try (Api api = connection.open(this)) {
      Answer<StagedResource> answer = push(api, bundle, progress);
      StagedResource staged = answer.value();
      if (!json()) {
        console.result(words(what, staged, progress.sent(), manifest));
      }
      String deployment = staged.deployment();
      if (deployment == null) {
        console.result(
            json()
                ? answer.json()
                : "next: pointsman deploy "
                    + manifest.app()
                    + " "
                    + manifest.release()
                    + " --wait");
        return ExitCode.SUCCESSFUL;
      }
      return waiting.follow(this, api, api.deployment(deployment, Duration.ZERO));
    }
  }

  private Answer<StagedResource> push(Api api, BundleDirectory bundle, UploadProgress progress)
      throws Exception {
    Optional<ReleaseTree> list = full ? Optional.empty() : bundle.list();
    Patience patience = new Patience(session().time(), console(), retry);
    if (list.isEmpty()) {
      return new WholePush(api, bundle, deploy, progress, patience).run();
    }
    try {
      return new DeltaPush(api, parts(bundle, list.get()), progress, patience).run();
    } catch (ApiProblem e) {
      boolean older = e.problem().code().equals(ErrorCode.BUNDLE_FORMAT.wire());
      if (!older || bundle.payload().isEmpty()) {
        throw e;
      }
      // An agent that knows no uploads in parts misses the payload.
      return new WholePush(api, bundle, deploy, progress, patience).run();
    }
  }

  private DeltaPush.Parts parts(BundleDirectory bundle, ReleaseTree list) throws IOException {
    Path root = tree;
    Function<Iterable<TreeEntry.File>, Content> contents;
    if (root != null) {
      contents = files -> new TreeContent(root, files);
    } else {
      Path payload =
          bundle
              .payload()
              .orElseThrow(() ->
                  new IOException(
                      directory + " has no payload: say with --tree which directory was packed"));
      Content content = new PayloadContent(payload);
      contents = _ -> content;
    }
    OuterTar envelope = bundle.envelope();
    boolean gzip =
        switch (compress) {
          case AUTO -> !connection.isSocket(this);
          case GZIP -> true;
          case NONE -> false;
        };
    return new DeltaPush.Parts(
        WholePush.destination(bundle, deploy),
        new Sending(OptionalLong.of(envelope.length()), envelope::open),
        list,
        contents,
        gzip,
        Wanted.LARGE);
  }

  private static String words(String what, StagedResource staged, long sent, Manifest manifest) {
    if (!staged.created()) {
      return what + " was staged here already";
    }
    String weight = manifest.tree().map(listed -> " for " + Spans.bytes(listed.bytes())).orElse("");
    return what
        + " staged: "
        + staged.files()
        + " files, "
        + Spans.bytes(sent)
        + " sent"
        + weight
        + ", "
        + Spans.bytes(staged.newBytes())
        + " new, in "
        + staged.ms()
        + " ms";
  }
}
