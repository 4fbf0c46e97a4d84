package dev.pointsman.agent.cli;

import dev.pointsman.agent.http.Control;
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

/** {@code pointsman deploy APP RELEASE}. */
@Command(name = "deploy", description = "Move an app to a release that is staged on the host.")
final class DeployCommand extends Verb {
  @Mixin private Connection connection = new Connection();
  @Mixin private Waiting waiting = new Waiting();

  @Parameters(index = "0", paramLabel = "APP")
  private @Nullable AppName app;

  @Parameters(index = "1", paramLabel = "RELEASE")
  private @Nullable ReleaseId release;

  @Option(names = "--force", description = "Deploy in spite of a bad mark or an unhealthy pool.")
  private boolean force;

  @Option(
      names = "--from",
      paramLabel = "URL",
      description = "Have the host fetch the bundle there first.")
  private @Nullable String from;

  @Option(
      names = "--allow-tainted",
      description = "Deploy although those who signed the release are revoked; this is journaled.")
  private boolean allowTainted;

  DeployCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    String name = Objects.requireNonNull(app).value();
    String id = Objects.requireNonNull(release).value();
    try (Api api = connection.open(this)) {
      String where = from;
      if (where == null) {
        return waiting.follow(
            this, api, api.deploy(name, id, new Control.Overrides(force, allowTainted)));
      }
      PullWatch watch = new PullWatch(api, console(), session().time());
      PullResource pull =
          watch.watch(api.pull(name, id, where, true, force), waiting.timeout()).value();
      int code = watch.report(pull);
      String deployment = pull.deployment();
      if (code >= 0 || deployment == null) {
        return code >= 0 ? code : ExitCode.FAILED;
      }
      return waiting.follow(this, api, api.deployment(deployment, Duration.ZERO));
    }
  }
}
