package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.AppEntry;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What people decide about the trust of one app, against what the rules would say: a tainted
 * release may be activated, the sequence begins anew. Each is in the journal before it counts. Any
 * thread.
 */
final class AppTrust {
  private static final Logger LOG = LoggerFactory.getLogger(AppTrust.class);

  private final AppConfig config;
  private final Host host;
  private final AppLedger ledger;
  private final AppTaint taint;

  AppTrust(AppConfig config, Host host, AppLedger ledger, AppTaint taint) {
    this.config = config;
    this.host = host;
    this.ledger = ledger;
    this.taint = taint;
  }

  /** What is found out about releases when the trust files change. */
  AppTaint taint() {
    return taint;
  }

  /** Rejects a tainted release, or writes down who wants it all the same. */
  void requireUntainted(ReleaseId release, boolean allowed, String requestedBy)
      throws Rejected, IOException {
    if (!allowed) {
      taint.require(release);
      return;
    }
    String why = taint.why(release).orElse(null);
    if (why == null) {
      return;
    }
    if (ledger.isReadonly()) {
      throw new Rejected(
          ErrorCode.AGENT_READONLY, "The journal of " + config.name() + " cannot be written.");
    }
    ledger.append(new AppEntry.TaintAllowed(release, why, requestedBy, host.clock().instant()));
    LOG.warn(
        "A tainted release may be activated. app={} release={} requested_by={}: {}",
        config.name(),
        release,
        requestedBy,
        why);
    host.events()
        .publish(
            "release.taint_allowed",
            config.name().value(),
            "Release " + release + " may be activated although it is tainted: " + why + ".",
            Map.of("release", release.value(), "requested_by", requestedBy));
  }

  /**
   * Says that {@code sequence} is the highest accepted one, and that the clock is right; on disk on
   * return.
   */
  SequenceResource resetSequence(long sequence, String reason, String requestedBy)
      throws Rejected, IOException {
    if (ledger.isReadonly()) {
      throw new Rejected(
          ErrorCode.AGENT_READONLY, "The journal of " + config.name() + " cannot be written.");
    }
    SequenceResource before = sequence();
    ledger.append(
        new AppEntry.SequenceReset(sequence, reason, requestedBy, host.clock().instant()));
    LOG.warn(
        "The sequence is reset. app={} was={} now={} requested_by={}: {}",
        config.name(),
        before.highest(),
        sequence,
        requestedBy,
        reason);
    host.events()
        .publish(
            "sequence.reset",
            config.name().value(),
            "The highest sequence number of %s is set to %d (it was %s): %s"
                .formatted(
                    config.name(),
                    sequence,
                    before.highest() == null ? "none" : before.highest(),
                    reason),
            Map.of("sequence", Long.toString(sequence), "requested_by", requestedBy));
    return sequence();
  }

  /** How high the sequence number has been. */
  SequenceResource sequence() {
    return new SequenceResource(
        config.name().value(),
        config.trust().env(),
        ledger.state().floor().high().map(SequenceFloor.Mark::sequence).orElse(null),
        config.trust().maxStep(),
        ledger.latest());
  }
}
