package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.HostConfig.SignersConfig;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.AllowedSigners;
import dev.pointsman.protocol.trust.RevokedKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The trust files as they are now: read for every upload, so that a revocation needs no restart. An
 * edit that cannot be parsed is reported and the last good content stays; a file that is gone,
 * unreadable, or within reach of strangers trusts nobody. Any thread.
 */
public final class TrustFiles {
  /**
   * For so long after a change what was revoked before stays revoked: an editor that writes in
   * place empties the file first.
   */
  static final Duration SETTLING = Duration.ofSeconds(2);

  private final TrustFile<AllowedSigners> signers;
  private final Optional<TrustFile<RevokedKeys>> revoked;
  private final LongSupplier nanoTime;
  private int revokedChanges;
  private long changedAt;
  private Optional<String> fault = Optional.empty();

  /** Reports go to {@code alarm}, one sentence each, once per edit. */
  public TrustFiles(SignersConfig config, Consumer<String> alarm) {
    this(config, alarm, agent(), System::nanoTime);
  }

  TrustFiles(SignersConfig config, Consumer<String> alarm, SafePath safe, LongSupplier nanoTime) {
    this.signers = new TrustFile<>(config.allowedSigners(), safe, AllowedSigners::parse, alarm);
    this.revoked =
        config.revoked().map(path -> new TrustFile<>(path, safe, RevokedKeys::parse, alarm));
    this.nanoTime = nanoTime;
  }

  private static SafePath agent() {
    try {
      return SafePath.ofAgent();
    } catch (IOException e) {
      throw new IllegalStateException("/proc does not say who this process is", e);
    }
  }

  /**
   * One consistent view for one upload.
   *
   * @param version another number where the content may be another
   */
  public record Trusted(AllowedSigners signers, RevokedKeys revoked, long version) {}

  /** What is trusted now; rejects with {@code agent.trust} where that cannot be told. */
  public synchronized Trusted now() throws Rejected {
    try {
      Trusted trusted = read();
      fault = Optional.empty();
      return trusted;
    } catch (Rejected e) {
      fault = Optional.of(e.detail());
      throw e;
    }
  }

  /** What is wrong with the files, as far as they were read; one sentence each. */
  public synchronized List<String> problems() {
    List<String> problems = new ArrayList<>();
    fault.ifPresent(why -> problems.add("Uploads are refused: " + why));
    signers.mistake().ifPresent(problems::add);
    revoked.flatMap(TrustFile::mistake).ifPresent(problems::add);
    return problems;
  }

  private Trusted read() throws Rejected {
    AllowedSigners allowed = signers.now();
    if (allowed.principals().isEmpty()) {
      throw new Rejected(ErrorCode.AGENT_TRUST, "allowed_signers names nobody.");
    }
    if (revoked.isEmpty()) {
      return new Trusted(allowed, RevokedKeys.NONE, signers.changes());
    }
    TrustFile<RevokedKeys> file = revoked.get();
    RevokedKeys listed = file.now();
    if (file.changes() != revokedChanges) {
      revokedChanges = file.changes();
      changedAt = nanoTime.getAsLong();
    }
    RevokedKeys before = file.before();
    boolean settled = nanoTime.getAsLong() - changedAt >= SETTLING.toNanos();
    long version = 2L * (signers.changes() + file.changes()) + (settled ? 1 : 0);
    return new Trusted(allowed, before == null || settled ? listed : listed.and(before), version);
  }
}
