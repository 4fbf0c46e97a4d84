package dev.pointsman.agent.cli;

import dev.pointsman.agent.http.Answer;
import dev.pointsman.agent.http.UploadBody;
import dev.pointsman.agent.pack.BundleDirectory;
import dev.pointsman.agent.pack.OuterTar;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.Manifest;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
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

  @Parameters(paramLabel = "DIR", description = "The bundle directory.")
  private @Nullable Path directory;

  PushCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    if (waiting.isWanted() && !deploy) {
      throw usage("--wait goes with --deploy: without it, push ends when the release is staged");
    }
    BundleDirectory bundle = BundleDirectory.open(Objects.requireNonNull(directory));
    Manifest manifest = bundle.manifest();
    String what = manifest.app() + " " + manifest.release();
    OuterTar tar = bundle.tar();
    Console console = console();
    try (Api api = connection.open(this)) {
      Body body = new Body(tar, new UploadProgress(console, session().time(), what, tar.length()));
      Answer<StagedResource> answer =
          api.push(manifest.app().value(), manifest.release().value(), body, deploy);
      StagedResource staged = answer.value();
      if (!json()) {
        console.result(words(what, staged, tar.length()));
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

  private static String words(String what, StagedResource staged, long sent) {
    return staged.created()
        ? what
            + " staged: "
            + staged.files()
            + " files, "
            + Spans.bytes(sent)
            + " sent, "
            + Spans.bytes(staged.newBytes())
            + " new, in "
            + staged.ms()
            + " ms"
        : what + " was staged here already";
  }

  /** The tar, counted while it goes out. */
  private record Body(OuterTar tar, UploadProgress progress) implements UploadBody {
    @Override
    public OptionalLong length() {
      return OptionalLong.of(tar.length());
    }

    @Override
    public InputStream open() {
      return progress.watching(tar.open());
    }
  }
}
