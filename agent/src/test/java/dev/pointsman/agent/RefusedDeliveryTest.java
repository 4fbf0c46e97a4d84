package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RefusedDeliveryTest {
  private final EventLog events = new EventLog(Clock.systemUTC());

  private List<EventResource> told(Rejected rejected) {
    RefusedDelivery.tell(events, new AppName("web"), new ReleaseId("r1"), "ci", rejected);
    return events.since(null);
  }

  @Test
  void namesWhoAskedWhoSignedAndWhy() {
    Rejected rejected =
        new Rejected(ErrorCode.SIG_THRESHOLD, "signed by ci", "release.json")
            .with("signers", "ci@web")
            .with("keys", "SHA256:abc");

    EventResource event = told(rejected).getFirst();

    assertThat(event.type()).isEqualTo("release.refused");
    assertThat(event.app()).isEqualTo("web");
    assertThat(event.data())
        .containsEntry("code", "sig.threshold")
        .containsEntry("requested_by", "ci")
        .containsEntry("signers", "ci@web")
        .containsEntry("keys", "SHA256:abc")
        .containsEntry("entry", "release.json")
        .containsEntry("release", "r1");
    assertThat(event.message())
        .isEqualTo(
            "Release r1 is refused: sig.threshold: release.json: signed by ci"
                + " (signed by ci@web; sent by ci)");
  }

  @Test
  void namesTheKeysWhereNobodyIsKnown() {
    Rejected rejected =
        new Rejected(ErrorCode.SIG_UNTRUSTED, "not known", null)
            .with("signers", "")
            .with("keys", "SHA256:abc");

    assertThat(told(rejected).getFirst().message())
        .isEqualTo(
            "Release r1 is refused: sig.untrusted: not known (keys: SHA256:abc; sent by ci)");
  }

  @Test
  void tellsOfAFileThatCameByItself() {
    String sha256 = "ab".repeat(32);
    Deliveries deliveries = new Deliveries(events, new RefusalTally());
    Rejected wrong = new Rejected(ErrorCode.BLOB_DIGEST, "other content", sha256);
    Rejected elsewhere = new Rejected(ErrorCode.BLOB_OFFSET, "7 bytes are here");
    for (Rejected rejected : List.of(wrong, elsewhere)) {
      assertThatThrownBy(() ->
              deliveries.tellBlob(
                  new AppName("web"),
                  sha256,
                  "ci",
                  () -> {
                    throw rejected;
                  }))
          .isSameAs(rejected);
    }

    assertThat(events.since(null)).hasSize(1);
    EventResource event = events.since(null).getFirst();
    assertThat(event.type()).isEqualTo("blob.refused");
    assertThat(event.message())
        .isEqualTo("The file " + sha256 + " is refused: blob.digest: other content (sent by ci)");
    assertThat(event.data()).containsEntry("sha256", sha256).containsEntry("requested_by", "ci");
  }

  @Test
  void tellsOfTwoTruthsSeparately() {
    assertThat(told(new Rejected(ErrorCode.SEQUENCE_REUSED, "twice")))
        .extracting(EventResource::type)
        .containsExactly("release.refused", "security.equivocation");
  }

  @Test
  void isBoundedAndOnOneLine() {
    Rejected rejected =
        new Rejected(ErrorCode.JSON_VALUE, "a\n\u001b[31m" + "x".repeat(10_000), "k\r")
            .with("keys", "y".repeat(10_000));

    EventResource event = told(rejected).getFirst();

    assertThat(event.message()).hasSizeLessThan(1_500).contains("a\\u{a}\\u{1b}[31m");
    assertThat(event.data().get("keys")).hasSizeLessThan(1_100);
    assertThat(event.data()).containsEntry("entry", "k\\u{d}");
  }
}
