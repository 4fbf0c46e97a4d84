package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.http.TextTable;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.bundle.AppName;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pointsman releases APP}. */
@Command(name = "releases", description = "List an app's releases on the host, newest first.")
final class ReleasesCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "APP")
  private @Nullable AppName app;

  ReleasesCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<List<ReleaseResource>> answer = api.releases(Objects.requireNonNull(app).value());
      console().result(json() ? answer.json() : table(answer.value()));
    }
    return ExitCode.SUCCESSFUL;
  }

  private static String table(List<ReleaseResource> releases) {
    if (releases.isEmpty()) {
      return "no releases yet; next: pointsman push DIR";
    }
    TextTable table =
        new TextTable(
            "", "RELEASE", "STATE", "PINNED", "SEQUENCE", "SIGNED BY", "STAGED", "FILES", "SIZE");
    for (ReleaseResource release : releases) {
      table.row(
          release.current() ? "*" : "",
          release.release(),
          release.state().name().toLowerCase(Locale.ROOT)
              + (release.tainted() == null ? "" : " tainted"),
          release.pinned() ? "yes" : "",
          Long.toString(release.sequence()),
          String.join(",", release.signers()),
          release.stagedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
          Integer.toString(release.files()),
          Spans.bytes(release.bytes()));
    }
    return table.toString();
  }
}
