package dev.pointsman.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.http.MetricsRegistry;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TrustMetricsTest {
  private static final AppName WEB = new AppName("web");
  private static final AppName API = new AppName("api");

  private final AtomicInteger problems = new AtomicInteger();
  private final AtomicInteger tainted = new AtomicInteger();
  private final RefusalTally refusals = new RefusalTally();
  private final MetricsRegistry registry = new MetricsRegistry();

  TrustMetricsTest() {
    TrustMetrics.register(
        registry,
        List.of(
            new TrustMetrics.Watched(WEB, tainted::get), new TrustMetrics.Watched(API, () -> 0)),
        refusals,
        problems::get);
  }

  private List<String> shown() {
    return new String(registry.text(), UTF_8)
        .lines()
        .filter(line -> line.startsWith("pointsman_") && !line.startsWith("pointsman_http"))
        .toList();
  }

  @Test
  void areThereBeforeAnythingHappened() {
    assertThat(shown())
        .containsExactlyInAnyOrder(
            "pointsman_trust_problems 0.0",
            "pointsman_tainted_releases{app=\"web\"} 0.0",
            "pointsman_tainted_releases{app=\"api\"} 0.0");
  }

  @Test
  void followWhatIsFound() {
    problems.set(2);
    tainted.set(3);
    assertThat(shown())
        .contains("pointsman_trust_problems 2.0", "pointsman_tainted_releases{app=\"web\"} 3.0");
  }

  @Test
  void everyRefusedBundleCountsForItsAppAndCode() {
    Deliveries deliveries = new Deliveries(new EventLog(Clock.systemUTC()), refusals);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() ->
              deliveries.tell(
                  WEB,
                  new ReleaseId("r1"),
                  "ci",
                  () -> {
                    throw new Rejected(ErrorCode.SIG_MISSING, "Nobody signed.");
                  }))
          .isInstanceOf(Rejected.class);
    }
    refusals.count(API, ErrorCode.DISK_SPACE);
    assertThat(shown())
        .contains(
            "pointsman_release_refusals_total{app=\"web\",code=\"%s\"} 2.0"
                .formatted(ErrorCode.SIG_MISSING.wire()),
            "pointsman_release_refusals_total{app=\"api\",code=\"%s\"} 1.0"
                .formatted(ErrorCode.DISK_SPACE.wire()))
        .filteredOn(line -> line.startsWith("pointsman_release_refusals"))
        .hasSize(2);
  }
}
