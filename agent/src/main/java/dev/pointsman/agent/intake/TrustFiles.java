package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.HostConfig.SignersConfig;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.AllowedSigners;
import dev.pointsman.protocol.trust.RevokedKeys;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The trust files as they are now: read for every upload, so that a revocation needs no restart. An
 * edit that cannot be parsed is reported and the last good content stays; a file that is gone,
 * unreadable or writable by everybody trusts nobody. Any thread.
 */
public final class TrustFiles {
  private final TrustFile<AllowedSigners> signers;
  private final Optional<TrustFile<RevokedKeys>> revoked;

  /** Reports go to {@code alarm}, one sentence each, once per edit. */
  public TrustFiles(SignersConfig config, Consumer<String> alarm) {
    this.signers = new TrustFile<>(config.allowedSigners(), AllowedSigners::parse, alarm);
    this.revoked = config.revoked().map(path -> new TrustFile<>(path, RevokedKeys::parse, alarm));
  }

  /** One consistent view for one upload. */
  public record Trusted(AllowedSigners signers, RevokedKeys revoked) {}

  /** What is trusted now; rejects with {@code agent.trust} where that cannot be told. */
  public synchronized Trusted now() throws Rejected {
    AllowedSigners allowed = signers.now();
    if (allowed.principals().isEmpty()) {
      throw new Rejected(ErrorCode.AGENT_TRUST, "allowed_signers names nobody.");
    }
    return new Trusted(allowed, revoked.isPresent() ? revoked.get().now() : RevokedKeys.NONE);
  }
}
