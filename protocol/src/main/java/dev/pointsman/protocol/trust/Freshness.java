package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.Manifest.Target;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides whether a manifest, signed as it should be, is meant for this app on this host at this
 * time. This is what stops a good bundle from being replayed elsewhere or later.
 */
public final class Freshness {
  private Freshness() {}

  /**
   * What the host asks for.
   *
   * @param maxAge the longest time since {@code created}
   * @param skew how far {@code created} may lie in the future
   * @param targetOptional whether a manifest without {@code target} is accepted
   */
  public record Policy(Duration maxAge, Duration skew, Host host, boolean targetOptional) {}

  /**
   * What {@code target} is compared with.
   *
   * @param env the environment, as {@code prod}
   * @param name the configured name
   * @param platform as {@code linux/amd64}
   */
  public record Host(String env, String name, String platform) {}

  /**
   * Checks app and release, then target, then times.
   *
   * @param app the app of the request's address
   * @param release the release of the request's address
   * @throws Rejected with {@code statement.*}; the entry is the key to blame
   */
  public static void check(
      Manifest manifest, AppName app, ReleaseId release, Policy policy, Instant now)
      throws Rejected {
    if (!manifest.app().equals(app)) {
      throw refused(
          ErrorCode.STATEMENT_APP, "app", "it is for app " + manifest.app() + ", not " + app);
    }
    if (!manifest.release().equals(release)) {
      throw refused(
          ErrorCode.STATEMENT_APP,
          "release",
          "it is release " + manifest.release() + ", not " + release);
    }
    checkTarget(manifest, policy);
    checkTimes(manifest, policy, now);
  }

  private static void checkTarget(Manifest manifest, Policy policy) throws Rejected {
    if (manifest.target().isEmpty()) {
      if (!policy.targetOptional()) {
        throw refused(
            ErrorCode.STATEMENT_TARGET, "target", "it names no target, and this app needs one");
      }
      return;
    }
    Target target = manifest.target().get();
    Host host = policy.host();
    if (!target.env().contains(host.env())) {
      throw elsewhere("target.env", String.join(", ", target.env()), host.env());
    }
    if (!target.hosts().isEmpty()
        && target.hosts().stream().noneMatch(glob -> Glob.matches(glob, host.name()))) {
      throw elsewhere("target.hosts", String.join(", ", target.hosts()), host.name());
    }
    if (target.platform().isPresent() && !target.platform().get().equals(host.platform())) {
      throw elsewhere("target.platform", target.platform().get(), host.platform());
    }
  }

  private static void checkTimes(Manifest manifest, Policy policy, Instant now) throws Rejected {
    if (manifest.expires().isPresent() && now.isAfter(manifest.expires().get())) {
      throw refused(
          ErrorCode.STATEMENT_EXPIRED,
          "expires",
          "it expired at " + manifest.expires().get() + "; here it is " + now);
    }
    Duration age = Duration.between(manifest.created(), now);
    if (age.compareTo(policy.maxAge()) > 0) {
      throw refused(
          ErrorCode.STATEMENT_STALE,
          "created",
          "it was created at %s, more than max_age (%s) before now (%s)"
              .formatted(manifest.created(), policy.maxAge(), now));
    }
    if (age.negated().compareTo(policy.skew()) > 0) {
      throw refused(
          ErrorCode.STATEMENT_FUTURE,
          "created",
          "it was created at %s, more than skew (%s) after now (%s)"
              .formatted(manifest.created(), policy.skew(), now));
    }
  }

  private static Rejected elsewhere(String entry, String wanted, String here) {
    return refused(
        ErrorCode.STATEMENT_TARGET, entry, "it is for " + wanted + ", and this host is " + here);
  }

  private static Rejected refused(ErrorCode code, String entry, String sentence) {
    return new Rejected(code, "release.json: " + sentence, entry);
  }
}
