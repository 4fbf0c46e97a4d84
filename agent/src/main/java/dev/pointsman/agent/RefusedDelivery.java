package dev.pointsman.agent;

import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of a bundle that was refused: who asked, why, and as far as that was found out, who had
 * signed and which keys were seen. Two manifests for one sequence number are an event of their own,
 * {@code security.equivocation}: somebody signed two truths.
 */
final class RefusedDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedDelivery.class);
  private static final int LONGEST = 1_024;
  private static final int LONGEST_NAMES = 200;

  private RefusedDelivery() {}

  /** Writes it to the log and tells followers. */
  static void tell(
      EventLog events, AppName app, ReleaseId release, String requestedBy, Rejected e) {
    Map<String, String> data = new TreeMap<>();
    e.facts().forEach((name, value) -> data.put(name, Shown.of(value, LONGEST)));
    data.put("release", release.value());
    data.put("code", e.code().wire());
    data.put("requested_by", Shown.of(requestedBy));
    if (e.entry() != null) {
      data.put("entry", Shown.of(e.entry()));
    }
    String why = Shown.of(e.detail(), LONGEST);
    LOG.warn("A bundle is refused. app={} {}: {}", app, data, why);
    events.publish("release.refused", app.value(), message(release, data, why), data);
    if (e.code() == ErrorCode.SEQUENCE_REUSED) {
      LOG.error("Two manifests carry one sequence number. app={} {}: {}", app, data, why);
      events.publish(
          "security.equivocation",
          app.value(),
          "Two different manifests for " + app + " carry one sequence number: " + why,
          data);
    }
  }

  /** Which check, what, why, and by whom: what is read at night is this line and not the data. */
  private static String message(ReleaseId release, Map<String, String> data, String why) {
    String entry = data.containsKey("entry") ? data.get("entry") + ": " : "";
    String signers = data.getOrDefault("signers", "");
    String keys = data.getOrDefault("keys", "");
    String by = "";
    if (!signers.isEmpty()) {
      by = "signed by " + Shown.of(signers, LONGEST_NAMES) + "; ";
    } else if (!keys.isEmpty()) {
      by = "keys: " + Shown.of(keys, LONGEST_NAMES) + "; ";
    }
    return "Release %s is refused: %s: %s%s (%ssent by %s)"
        .formatted(release, data.get("code"), entry, why, by, data.get("requested_by"));
  }
}
