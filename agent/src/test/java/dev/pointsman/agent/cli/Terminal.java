package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Target;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Phase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Somebody who types commands and reads what they print; the agent is a fake. */
final class Terminal {
  final FakeTime time = new FakeTime();
  final FakeApi api = new FakeApi(time);
  final Map<String, String> env = new HashMap<>();
  final List<Target> targets = new ArrayList<>();
  final List<Path> started = new ArrayList<>();
  private final boolean live;
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Terminal(boolean live) {
    this.live = live;
  }

  /** Output goes to a file, as in CI. */
  static Terminal plain() {
    return new Terminal(false);
  }

  /** Output goes to a person. */
  static Terminal live() {
    return new Terminal(true);
  }

  int run(String... args) {
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            live,
            80);
    return CommandLineMain.run(
        args,
        new Session(
            console,
            env,
            time,
            target -> {
              targets.add(target);
              return api.opened();
            },
            config -> {
              started.add(config);
              return 7;
            }));
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static AgentUnreachable away(String why) {
    return new AgentUnreachable(new IOException(why));
  }

  /** Deployment {@code web-12} from r1 to r2, in this state, with this many of four slots done. */
  static DeploymentResource deployment(DeploymentState state, Phase phase, int done) {
    return deployment(state, phase, done, null);
  }

  static DeploymentResource deployment(
      DeploymentState state, Phase phase, int done, @Nullable FailureResource failure) {
    Instant at = Instant.parse("2026-11-22T18:45:00Z");
    return new DeploymentResource(
        "web-12",
        "web",
        DeploymentKind.DEPLOY,
        state,
        phase,
        "r1",
        "r2",
        "ci",
        at,
        state.isOver() ? at : null,
        done,
        4,
        failure,
        List.of());
  }
}
