package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.ReloadResource.AppChange;
import dev.pointsman.protocol.api.ReloadResource.Applied;
import dev.pointsman.protocol.api.Shown;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pointsman reload}. */
@Command(
    name = "reload",
    description = "Have the agent read its configuration again, and say what became of it.")
final class ReloadCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Option(names = "--apply", description = "Deploy what waits for it, each app with its release.")
  private boolean apply;

  ReloadCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<ReloadResource> answer = api.reload(apply);
      console().result(json() ? answer.json() : text(answer.value()));
      return answer.value().deployments().stream().allMatch(it -> it.refusal() == null)
          ? ExitCode.SUCCESSFUL
          : ExitCode.REFUSED;
    }
  }

  private String text(ReloadResource reload) {
    StringBuilder text = new StringBuilder();
    reload.apps().forEach(app -> app(text, app));
    reload
        .start()
        .forEach(key ->
            text.append("host: ")
                .append(key)
                .append(" counts after the next start of the agent\n"));
    for (Applied applied : reload.deployments()) {
      text.append(applied.app()).append(": ");
      text.append(
          applied.refusal() == null
              ? applied.deployment() + " begins; next: pointsman status " + applied.app()
              : "not deployed: " + applied.refusal());
      text.append('\n');
    }
    return text.isEmpty() ? "nothing has changed" : text.toString();
  }

  private void app(StringBuilder text, AppChange app) {
    String name = app.app();
    switch (app.change()) {
      case ADDED -> text.append(name).append(": new; managed after the next start of the agent\n");
      case REMOVED ->
          text.append(name).append(": its file is gone; its workers are drained and stopped\n");
      case CHANGED -> {
        app.live().forEach(key -> text.append(name).append(": ").append(key).append(" counts\n"));
        app.pending()
            .forEach(line ->
                text.append(name).append(": pending: ").append(Shown.of(line, 1_000)).append('\n'));
        app.start()
            .forEach(key ->
                text.append(name)
                    .append(": ")
                    .append(key)
                    .append(" counts after the next start of the agent\n"));
        if (!app.pending().isEmpty() && !apply) {
          text.append("next: pointsman plan ").append(name);
          text.append(", then pointsman reload --apply\n");
        }
      }
    }
  }
}
