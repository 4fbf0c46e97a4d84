package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman pull APP RELEASE URL}. */
@Command(name = "pull", description = "Have the host fetch a signed bundle and stage it.")
final class PullCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Parameters(index = "0", paramLabel = "APP")
  private @Nullable AppName app;

  @Parameters(index = "1", paramLabel = "RELEASE")
  private @Nullable ReleaseId release;

  @Parameters(index = "2", paramLabel = "URL", description = "Of the bundle, as one tar.")
  private @Nullable String url;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30m",
      description = "How long to watch; the host goes on (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofMinutes(30);

  PullCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    String name = Objects.requireNonNull(app).value();
    String id = Objects.requireNonNull(release).value();
    try (Api api = connection.open(this)) {
      PullWatch watch = new PullWatch(api, console(), session().time());
      Answer<PullResource> end =
          watch.watch(api.pull(name, id, Objects.requireNonNull(url), false, false), timeout);
      if (json()) {
        console().result(end.json());
      }
      int code = watch.report(end.value());
      if (code >= 0) {
        return code;
      }
      if (!json()) {
        console()
            .result(
                name
                    + " "
                    + id
                    + " staged: "
                    + Spans.bytes(end.value().received())
                    + " fetched\nnext: pointsman deploy "
                    + name
                    + " "
                    + id
                    + " --wait");
      }
      return ExitCode.SUCCESSFUL;
    }
  }
}
