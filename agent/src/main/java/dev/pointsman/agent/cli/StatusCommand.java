package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.http.StatusTable;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.bundle.AppName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pointsman status [APP]}. */
@Command(name = "status", description = "Show all apps, or one app with its workers.")
final class StatusCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Parameters(arity = "0..1", paramLabel = "APP")
  private @Nullable AppName app;

  StatusCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    Instant now = session().time().now();
    try (Api api = connection.open(this)) {
      if (app == null) {
        Answer<List<AppResource>> answer = api.apps();
        console().result(json() ? answer.json() : StatusTable.apps(answer.value(), now));
      } else {
        Answer<AppResource> answer = api.app(app.value());
        console().result(json() ? answer.json() : StatusTable.app(answer.value(), now));
      }
    }
    return ExitCode.SUCCESSFUL;
  }
}
