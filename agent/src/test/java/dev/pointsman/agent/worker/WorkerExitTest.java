package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.T0;
import static dev.pointsman.agent.worker.MachineSamples.WHO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Ending;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.ExitResource;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkerExitTest {
  private static final ExitStatus KILLED = signal(Signal.SIGKILL);
  private static final Alive ONLINE = new Online(WHO, T0, T0, Condition.WELL, Restarts.NONE);
  private static final Alive DRAINING = new Draining(WHO, T0, T0, false, ExitCause.MEMORY);

  private static ExitStatus signal(Signal signal) {
    return new ExitStatus.Signaled(signal.number(), false);
  }

  private static Alive stopping(boolean killed, boolean overtime, ExitCause why) {
    return new Stopping(WHO, T0, T0, killed, overtime, why, new Ending.Gone());
  }

  private static WorkerExit exit(Alive was, ExitStatus status) {
    return WorkerExit.of(was, new WorkerEvent.Exited(WHO, status), 4711, T0, List.of("last words"));
  }

  @Test
  void whatItDoesToItselfIsItsOwn() {
    assertThat(exit(ONLINE, new ExitStatus.Exited(0)).cause()).isEqualTo(ExitCause.ITSELF);
    assertThat(exit(ONLINE, new ExitStatus.Exited(1)).words()).isEqualTo("exit code 1");
    assertThat(exit(ONLINE, signal(Signal.SIGSEGV)).words()).isEqualTo("killed by SIGSEGV");
    assertThat(exit(ONLINE, signal(Signal.SIGABRT)).cause()).isEqualTo(ExitCause.ITSELF);
  }

  @Test
  void aSignalThatTheAgentDidNotSendCameFromOutside() {
    assertThat(exit(ONLINE, signal(Signal.SIGTERM)).words())
        .isEqualTo("killed by SIGTERM from outside");
    assertThat(exit(ONLINE, KILLED).words())
        .isEqualTo("killed by SIGKILL from outside, possibly the kernel's OOM killer");
    assertThat(exit(DRAINING, KILLED).cause()).isEqualTo(ExitCause.OUTSIDE);
    assertThat(exit(stopping(false, false, ExitCause.DEPLOYED), KILLED).cause())
        .as("the agent had only sent the stop signal")
        .isEqualTo(ExitCause.OUTSIDE);
  }

  @Test
  void aCrashWhileItDrainsIsItsOwn() {
    assertThat(exit(DRAINING, new ExitStatus.Exited(3)).cause()).isEqualTo(ExitCause.ITSELF);
  }

  @Test
  void theKernelIsBlamedWhereItIsKnown() {
    WorkerExit exit =
        WorkerExit.of(ONLINE, new WorkerEvent.Exited(WHO, KILLED, true), 1, T0, List.of());
    assertThat(exit.cause()).isEqualTo(ExitCause.OUT_OF_MEMORY);
    assertThat(exit.words()).isEqualTo("killed by SIGKILL by the kernel, because memory ran out");
  }

  @Test
  void whatTheAgentDidSaysWhy() {
    assertThat(exit(stopping(false, false, ExitCause.MEMORY), new ExitStatus.Exited(0)).words())
        .isEqualTo(
            "exit code 0 by order of the agent: it used more than max_memory and was replaced");
    assertThat(exit(stopping(true, true, ExitCause.HUNG), KILLED).words())
        .isEqualTo(
            "killed by SIGKILL by order of the agent: it showed no life and was replaced; it had not drained in time; it did not end by itself and was killed");
  }

  @Test
  void everythingIsShown() {
    ExitResource shown = exit(ONLINE, signal(Signal.SIGSEGV)).resource();
    assertThat(shown)
        .isEqualTo(
            new ExitResource(
                ExitCause.ITSELF,
                null,
                "SIGSEGV",
                false,
                "killed by SIGSEGV",
                WHO.toString(),
                4711,
                T0,
                List.of("last words")));
    assertThat(exit(ONLINE, new ExitStatus.Exited(7)).resource().code()).isEqualTo(7);
  }
}
