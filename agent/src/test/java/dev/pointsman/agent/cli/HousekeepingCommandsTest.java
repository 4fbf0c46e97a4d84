package dev.pointsman.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.http.Control;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReleaseState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HousekeepingCommandsTest {
  private final Terminal terminal = Terminal.plain();

  private static ReleaseResource release(boolean pinned) {
    Instant at = Instant.parse("2026-11-22T18:45:07Z");
    return new ReleaseResource(
        "web",
        "r2",
        ReleaseState.GOOD,
        false,
        8,
        "ab",
        List.of("ci@web"),
        at,
        at,
        3,
        2048,
        pinned,
        null);
  }

  @Test
  void pinSaysWhatHoldsNow() {
    terminal.api.answering(release(true), release(false), release(true));

    assertThat(terminal.run("pin", "web", "r2")).isZero();
    assertThat(terminal.out()).contains("r2 is pinned: it stays");
    assertThat(terminal.run("unpin", "web", "r2")).isZero();
    assertThat(terminal.out()).contains("r2 is not pinned: it goes when keep_releases");
    assertThat(terminal.run("pin", "web", "r2", "--json")).isZero();
    assertThat(terminal.out()).contains("\"pinned\":true");
    assertThat(terminal.api.asked).containsExactly("pin web r2", "unpin web r2", "pin web r2");
    assertThat(terminal.api.isClosed()).isTrue();
  }

  @Test
  void gcSaysWhatWentOrWouldGo() {
    terminal.api.answering(
        new GarbageResource(true, List.of("web/r1"), 1, 22, 4096, 7, 700, false),
        new GarbageResource(false, List.of(), 0, 0, 0, 7, 700, true));

    assertThat(terminal.run("gc", "--dry-run", "--now")).isZero();
    assertThat(terminal.out())
        .isEqualTo(
            "would remove web/r1\nwould remove 1 spare trees\n"
                + "would remove 22 unused files of the store, 4.0 KiB; 7 stay, 700 B\n");
    assertThat(terminal.run("gc", "--scrub")).isZero();
    assertThat(terminal.out())
        .startsWith("removed 0 unused files of the store, 0 B")
        .contains("is being read again");
    assertThat(terminal.api.asked)
        .containsExactly(
            new Control.Collecting(true, true, false).toString(),
            new Control.Collecting(false, false, true).toString());
  }
}
