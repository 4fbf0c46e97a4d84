package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Shown;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pointsman plan APP [RELEASE]}. */
@Command(
    name = "plan",
    description = "Show what a deployment would do, with the app's files as they are now.")
final class PlanCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Parameters(index = "0", paramLabel = "APP")
  private @Nullable AppName app;

  @Parameters(index = "1", arity = "0..1", paramLabel = "RELEASE")
  private @Nullable ReleaseId release;

  PlanCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<PlanResource> answer =
          api.plan(Objects.requireNonNull(app).value(), release == null ? null : release.value());
      console().result(json() ? answer.json() : text(answer.value()));
      return answer.value().refusal() == null ? ExitCode.SUCCESSFUL : ExitCode.REFUSED;
    }
  }

  static String text(PlanResource plan) {
    StringBuilder text = new StringBuilder();
    if (plan.nothing()) {
      text.append("nothing to do: ").append(plan.app()).append(" runs ");
      text.append(plan.toRelease()).append(" with its files as they are\n");
    } else {
      text.append("from       ").append(shown(plan.fromRelease(), plan.fromGeneration()));
      text.append("\nto         ").append(shown(plan.toRelease(), plan.toGeneration()));
      text.append("\nworkers    ").append(plan.fromInstances());
      text.append(" -> ").append(plan.toInstances()).append('\n');
      keys(text, "env added  ", plan.environment().added());
      keys(text, "env gone   ", plan.environment().removed());
      keys(text, "env changed", plan.environment().changed());
      plan.settings()
          .forEach(it -> {
            text.append(it.name()).append("\n  was  ").append(Shown.of(it.from(), 1_000));
            text.append("\n  is   ").append(Shown.of(it.to(), 1_000)).append('\n');
          });
    }
    PlanResource.Refusal refusal = plan.refusal();
    if (refusal != null) {
      text.append("it would be refused: ").append(refusal.code()).append(": ");
      text.append(refusal.detail()).append("\nnext: ").append(refusal.remedy()).append('\n');
    } else if (!plan.nothing()) {
      text.append("next: pointsman deploy ").append(plan.app()).append(' ');
      text.append(plan.toRelease()).append(" --wait\n");
    }
    return text.toString();
  }

  private static String shown(@Nullable String release, @Nullable String generation) {
    return release == null
        ? "nothing"
        : release + (generation == null ? "" : " (generation " + generation + ")");
  }

  private static void keys(StringBuilder text, String what, List<String> keys) {
    keys.forEach(key -> text.append(what).append(' ').append(key).append('\n'));
  }
}
