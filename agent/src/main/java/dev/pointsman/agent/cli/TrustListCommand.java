package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.http.TextTable;
import dev.pointsman.protocol.api.TrustResource;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pointsman trust list}. */
@Command(
    name = "list",
    description = "List the keys that the host trusts, and what each app asks for.")
final class TrustListCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  TrustListCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<TrustResource> answer = api.trust();
      console().result(json() ? answer.json() : text(answer.value()));
      return ExitCode.SUCCESSFUL;
    }
  }

  private static String text(TrustResource trust) {
    StringBuilder text = new StringBuilder();
    trust.problems().forEach(problem -> text.append("! ").append(problem).append('\n'));
    text.append(keys(trust.keys())).append('\n').append(apps(trust.apps()));
    trust.apps().stream()
        .filter(app -> !app.tainted().isEmpty())
        .forEach(app ->
            text.append("\ntainted releases of ")
                .append(app.app())
                .append(": ")
                .append(String.join(", ", app.tainted())));
    return text.toString();
  }

  private static TextTable keys(List<TrustResource.Key> keys) {
    TextTable table =
        new TextTable("LINE", "STATE", "PRINCIPALS", "TYPE", "FINGERPRINT", "FOR", "FROM", "UNTIL");
    for (TrustResource.Key key : keys) {
      table.row(
          Integer.toString(key.line()),
          key.state(),
          String.join(",", key.principals()),
          key.type() + (key.authority() ? " (authority)" : ""),
          key.fingerprint(),
          key.namespaces().isEmpty() ? "anything" : String.join(",", key.namespaces()),
          key.validAfter() == null ? "" : key.validAfter().toString(),
          key.validBefore() == null ? "" : key.validBefore().toString());
    }
    return table;
  }

  private static TextTable apps(List<TrustResource.App> apps) {
    TextTable table = new TextTable("APP", "ENV", "HIGHEST", "REQUIRE", "CAN BE MET", "BY");
    for (TrustResource.App app : apps) {
      Long highest = app.sequence().highest();
      for (TrustResource.Requirement line : app.require()) {
        table.row(
            app.app(),
            app.sequence().env(),
            highest == null ? "none" : highest.toString(),
            line.line(),
            line.possible() ? "yes" : "NO",
            String.join(",", line.able()));
      }
    }
    return table;
  }
}
