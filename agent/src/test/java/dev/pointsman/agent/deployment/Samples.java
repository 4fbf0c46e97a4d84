package dev.pointsman.agent.deployment;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the tests of this package are made of. */
final class Samples {
  static final AppName WEB = new AppName("web");
  static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  static final Generation OLD = generation("r1", "aa");
  static final Generation NEW = generation("r2", "bb");

  private Samples() {}

  static Generation generation(String release, String digest) {
    return new Generation(new ReleaseId(release), digest.repeat(32));
  }

  static DeploymentId id(long number) {
    return new DeploymentId(WEB, number);
  }

  static FailureResource failure(Reason reason, String detail) {
    return new FailureResource(
        reason.wire(), detail, 0, null, null, List.of(), List.of(), reason.remedy());
  }

  static DeploymentEntry.Begun begun(
      long number, DeploymentKind kind, @Nullable Generation from, Generation to, int slots) {
    return new DeploymentEntry.Begun(id(number), kind, from, to, slots, true, "ci", T0);
  }

  static DeploymentEntry.Begun begun(@Nullable Generation from, Generation to, int slots) {
    return begun(1, DeploymentKind.DEPLOY, from, to, slots);
  }

  /** A clock that is a second later each time it is read. */
  static InstantSource ticking() {
    AtomicLong seconds = new AtomicLong();
    return () -> T0.plusSeconds(seconds.incrementAndGet());
  }
}
