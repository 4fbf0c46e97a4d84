package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.WHO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.protocol.api.ExitCause;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class MailboxTest {
  private final Mailbox mailbox = new Mailbox();

  @Test
  void givesEventsInTheirOrder() throws Exception {
    mailbox.post(new WorkerEvent.BecameReady(WHO));
    mailbox.post(new WorkerEvent.Exited(WHO, new ExitStatus.Exited(1)));
    assertThat(mailbox.take()).isEqualTo(new WorkerEvent.BecameReady(WHO));
    assertThat(mailbox.poll(Duration.ZERO))
        .contains(new WorkerEvent.Exited(WHO, new ExitStatus.Exited(1)));
    assertThat(mailbox.poll(Duration.ofMillis(5))).isEmpty();
  }

  @Test
  void takesNothingTwiceThatIsWaitingAlready() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      mailbox.post(new WorkerEvent.Accepting(WHO));
    }
    assertThat(mailbox.size()).isEqualTo(1);
    mailbox.take();
    mailbox.post(new WorkerEvent.Accepting(WHO));
    assertThat(mailbox.size()).isEqualTo(1);
  }

  @Test
  void dropsProbeResultsAndNothingElseWhileItIsFull() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      mailbox.post(new WorkerEvent.ProbeFailed(WHO, "failure " + i));
    }
    assertThat(mailbox.size()).isEqualTo(Mailbox.LOOKS_AT_MOST);
    mailbox.post(new WorkerEvent.Exited(WHO, new ExitStatus.Exited(1)));
    mailbox.post(new WorkerEvent.StopRequested(ExitCause.RETIRED));
    assertThat(mailbox.size()).isEqualTo(Mailbox.LOOKS_AT_MOST + 2);
  }

  @Test
  void wakesWhoWaits() throws Exception {
    Thread.ofVirtual().start(() -> mailbox.post(new WorkerEvent.TimerFired()));
    assertThat(mailbox.poll(Duration.ofSeconds(15))).contains(new WorkerEvent.TimerFired());
  }
}
