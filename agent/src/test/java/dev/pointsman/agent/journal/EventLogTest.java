package dev.pointsman.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.EventResource;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EventLogTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private final EventLog log = new EventLog(Clock.fixed(T0, ZoneOffset.UTC));

  private void publish(int number) {
    log.publish("test.type", "web", "event " + number, Map.of("number", "" + number));
  }

  private static List<String> messages(List<EventResource> events) {
    return events.stream().map(EventResource::message).toList();
  }

  @Test
  void givesWhatCameAfterAnId() {
    publish(1);
    publish(2);
    publish(3);
    String second = log.since(null).get(1).id();
    assertThat(messages(log.since(second))).containsExactly("event 3");
    assertThat(log.since(log.since(null).getLast().id())).isEmpty();
  }

  @Test
  void givesEverythingForNoIdOrNonsense() {
    publish(1);
    for (String id : new String[] {null, "", "-1", "x", "9".repeat(30), "1.5"}) {
      assertThat(log.since(id)).as("since %s", id).hasSize(1);
    }
  }

  @Test
  void keepsTheLastOnesOnly() {
    for (int i = 1; i <= EventLog.KEPT + 10; i++) {
      publish(i);
    }
    assertThat(log.since(null)).hasSize(EventLog.KEPT);
    assertThat(log.since(null).getFirst().message()).isEqualTo("event 11");
  }

  @Test
  void idsGrowOverARestartOfTheAgent() {
    publish(1);
    EventLog next = new EventLog(Clock.fixed(T0.plusMillis(1), ZoneOffset.UTC));
    next.publish("test.type", null, "later", Map.of());
    assertThat(messages(next.since(log.since(null).getLast().id()))).containsExactly("later");
  }

  @Test
  void tellsFollowersUntilTheyLeave() throws Exception {
    List<EventResource> heard = new ArrayList<>();
    AutoCloseable following = log.follow(heard::add);
    publish(1);
    following.close();
    publish(2);
    assertThat(messages(heard)).containsExactly("event 1");
  }

  @Test
  void aFollowerThatFailsHarmsNobodyElse() {
    List<EventResource> heard = new ArrayList<>();
    int[] calls = {0};
    log.follow(_ -> {
      calls[0]++;
      throw new IllegalStateException("a bug of the test's own");
    });
    log.follow(heard::add);
    publish(1);
    publish(2);
    assertThat(messages(heard)).containsExactly("event 1", "event 2");
    assertThat(calls[0]).isEqualTo(1);
  }
}
