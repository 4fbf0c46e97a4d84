package dev.pointsman.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.Phase;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that do something with the workers of an app. */
final class OrderCommandTest {
  private final Terminal terminal = Terminal.plain();

  private static DeploymentResource of(DeploymentKind kind, DeploymentState state) {
    Instant at = Instant.parse("2026-11-22T18:45:07Z");
    return new DeploymentResource(
        "web-12",
        "web",
        kind,
        state,
        Phase.ROLL,
        "r1",
        "r2",
        "ops",
        at,
        state.isOver() ? at : null,
        0,
        2,
        null,
        List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "restart web             | web Restart[slot=null]                   | RESTART | restart workers of web",
        "restart web --slot 2    | web Restart[slot=2]                      | RESTART | restart workers of web",
        "scale web 3             | web Scale[instances=3]                   | SCALE   | give web 2 workers",
        "stop web                | web Stop[]                               | STOP    | stop web",
        "start web               | web Start[release=null]                  | START   | start web with r2",
        "start web r2 --allow-tainted | web Start[release=r2] allow-tainted | START   | start web with r2",
      })
  void saysWhatIsToBeDoneWithTheWorkers(
      String line, String asked, DeploymentKind kind, String intent) {
    terminal.api.answering(of(kind, DeploymentState.RUNNING));
    assertThat(terminal.run(line.split(" "))).isZero();
    assertThat(terminal.api.asked).containsExactly(asked);
    assertThat(terminal.out()).contains("web-12 is to " + intent, "next: pointsman status web");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "restart web | RESTART | SUCCESSFUL | 0 | workers of web are new",
        "scale web 3 | SCALE   | SUCCESSFUL | 0 | web has 2 workers",
        "stop web    | STOP    | SUCCESSFUL | 0 | web is stopped, until 'pointsman start web'",
        "start web   | START   | SUCCESSFUL | 0 | web runs r2",
        "restart web | RESTART | FAILED     | 1 | failed: those that are not new yet serve as before",
        "scale web 3 | SCALE   | REVERTED   | 2 | reverted: web has as many workers as before",
        "stop web    | STOP    | FAILED     | 1 | failed: web stays stopped, but not all of its processes are gone",
        "start web   | START   | FAILED     | 1 | failed: web is stopped as before",
      })
  void saysHowItEndedForTheWorkers(
      String line, DeploymentKind kind, DeploymentState end, int code, String outcome) {
    terminal.api.answering(of(kind, DeploymentState.RUNNING), of(kind, end));
    assertThat(terminal.run((line + " --wait").split(" "))).isEqualTo(code);
    assertThat(terminal.out() + terminal.err()).contains(outcome);
  }

  @Test
  void wantsANumberOfWorkers() {
    assertThat(terminal.run("scale", "web")).isEqualTo(ExitCode.USAGE);
    assertThat(terminal.run("scale", "web", "many")).isEqualTo(ExitCode.USAGE);
    assertThat(terminal.err()).contains("'many' is not an int");
  }
}
