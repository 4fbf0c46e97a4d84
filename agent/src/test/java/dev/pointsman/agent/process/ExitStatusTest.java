package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.ExitStatus.Exited;
import dev.pointsman.agent.process.ExitStatus.Signaled;
import dev.pointsman.agent.process.ExitStatus.Unknown;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ExitStatusTest {
  @Test
  void readsWhatTheKernelEncodes() {
    assertThat(ExitStatus.ofWaitStatus(0)).isEqualTo(new Exited(0));
    assertThat(ExitStatus.ofWaitStatus(255 << 8)).isEqualTo(new Exited(255));
    assertThat(ExitStatus.ofWaitStatus(9)).isEqualTo(new Signaled(9, false));
    assertThat(ExitStatus.ofWaitStatus(0x80 | 11)).isEqualTo(new Signaled(11, true));
  }

  @Test
  void isSaidInWords() {
    assertThat(new Exited(1)).hasToString("exit code 1");
    assertThat(new Signaled(11, true)).hasToString("killed by SIGSEGV (core dumped)");
    assertThat(new Signaled(40, false)).hasToString("killed by signal 40");
    assertThat(new Unknown("not our child")).hasToString("exit status unknown: not our child");
  }

  @Test
  void signalsHaveTheirKernelNumbers() {
    assertThat(Signal.of(15)).contains(Signal.SIGTERM);
    assertThat(Signal.valueOf("SIGUSR2").number()).isEqualTo(12);
    assertThat(Signal.of(16)).isEmpty();
  }

  @Test
  void aProgramsNameMayLookLikeTheFieldsAfterIt() {
    StringBuilder line = new StringBuilder("17 (a) S 1 2) Z 5 17 18");
    for (int field = 7; field <= 52; field++) {
      line.append(' ').append(field);
    }

    ProcFiles.Stat stat =
        ProcFiles.parse(line.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1));

    assertThat(stat).isEqualTo(new ProcFiles.Stat('Z', 5, 18, 22, 52));
  }
}
