package dev.pointsman.agent.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NotifyMessageTest {
  private static final NotifyMessage NOTHING = NotifyMessage.parse("");

  @Test
  void readsEveryKeyThatMeansSomething() {
    NotifyMessage message =
        NotifyMessage.parse(
            """
            READY=1
            STATUS=serving 3 of 4 = fine
            STOPPING=1
            RELOADING=1
            WATCHDOG=1
            ERRNO=2
            EXTEND_TIMEOUT_USEC=1500000
            WATCHDOG_USEC=20000000
            """);
    assertThat(message.ready()).isTrue();
    assertThat(message.stopping()).isTrue();
    assertThat(message.reloading()).isTrue();
    assertThat(message.alive()).isTrue();
    assertThat(message.trigger()).isFalse();
    assertThat(message.status()).contains("serving 3 of 4 = fine");
    assertThat(message.errno()).contains(2);
    assertThat(message.extend()).contains(Duration.ofMillis(1500));
    assertThat(message.watchdog()).contains(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "READY",
        "READY=0",
        "READY=yes",
        "ready=1",
        " READY=1",
        "=1",
        "MAINPID=1",
        "BARRIER=1",
        "FDSTORE=1\nFDNAME=x",
        "X_OWN=1",
        "ERRNO=",
        "ERRNO=-1",
        "ERRNO=99999",
        "EXTEND_TIMEOUT_USEC=soon",
        "EXTEND_TIMEOUT_USEC=0",
        "WATCHDOG_USEC=999999999999999999",
        "WATCHDOG_USEC=9999999999999999999999999999"
      })
  void whatIsNotKnownOrMakesNoSenseIsLeftOut(String datagram) {
    assertThat(NotifyMessage.parse(datagram)).isEqualTo(NOTHING);
  }

  @Test
  void oneValueThatMakesNoSenseDoesNotSpoilTheOthers() {
    NotifyMessage message = NotifyMessage.parse("ERRNO=2\nERRNO=x\nREADY=1");
    assertThat(message.ready()).isTrue();
    assertThat(message.errno()).contains(2);
  }

  @Test
  void aStatusIsOneLineThatATerminalCanShow() {
    assertThat(
            NotifyMessage.parse("STATUS=a\tb\u001b[31mred\u0007 \u202Eback\uDB40\uDC01").status())
        .contains("a b [31mred   back");
    assertThat(NotifyMessage.parse("STATUS=zwölf Ümlaute, 日本").status())
        .contains("zwölf Ümlaute, 日本");
  }

  @Test
  void aStatusIsBounded() {
    assertThat(NotifyMessage.parse("STATUS=" + "x".repeat(4000)).status().orElseThrow())
        .hasSize(NotifyMessage.LONGEST_STATUS);
  }

  @Test
  void anEmptyStatusTakesTheLastOneBack() {
    assertThat(NotifyMessage.parse("STATUS=").status()).contains("");
    assertThat(NOTHING.status()).isEmpty();
  }

  @Test
  void aWorkerMayCallItselfHung() {
    assertThat(NotifyMessage.parse("WATCHDOG=trigger").trigger()).isTrue();
    assertThat(NotifyMessage.parse("WATCHDOG=trigger").alive()).isFalse();
  }
}
