package dev.pointsman.agent.access;

import dev.pointsman.protocol.api.ErrorClass;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;

/**
 * How often a token may be refused, and how often an address may come without one that is known:
 * checking costs, so whoever is refused again and again has to wait. Each has a bucket that fills
 * again with time. The table is bounded; who was not refused for longest is forgotten first. A
 * token that is valid is never kept out by what others sent from its address. Any thread.
 */
public final class Refusals {
  private final Rule rule;
  private final LongSupplier nanoTime;
  private final LinkedHashMap<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * The bounds.
   *
   * @param burst refusals in a row
   * @param perSecond refusals that are forgotten each second
   * @param known callers and addresses that are remembered
   */
  public record Rule(int burst, int perSecond, int known) {
    /** The defaults of docs/http-api.md. */
    public static final Rule DEFAULT = new Rule(240, 4, 1_024);
  }

  private record Bucket(double left, long at) {}

  public Refusals(Rule rule, LongSupplier nanoTime) {
    this.rule = rule;
    this.nanoTime = nanoTime;
  }

  /** Rejects with {@code limit.rate} where the caller was refused too often. */
  public void admit(Caller caller) throws Rejected {
    if (!caller.equals(Caller.LOCAL) && left(token(caller)) < 1) {
      throw tooMany("'" + caller.name() + "' was refused", "limit.rate");
    }
  }

  /** The caller was refused with {@code code}. */
  public void refused(Caller caller, ErrorCode code) {
    boolean fault =
        code.errorClass() == ErrorClass.REQUEST || code.errorClass() == ErrorClass.INTEGRITY;
    if (fault && !code.retryable() && !caller.equals(Caller.LOCAL)) {
      take(token(caller));
    }
  }

  /** {@code address} came without a token that is known: {@code refusal}, or too many of those. */
  public Rejected unknown(String address, Rejected refusal) {
    String key = "address " + address;
    if (left(key) < 1) {
      return tooMany(address + " came without a known token", "Authorization");
    }
    take(key);
    return refusal;
  }

  /** Seconds until one more refusal is free again. */
  private Rejected tooMany(String who, String entry) {
    return new Rejected(
        ErrorCode.LIMIT_RATE, who + " " + rule.burst() + " times in a short time.", entry);
  }

  private static String token(Caller caller) {
    return "token " + caller.name();
  }

  private synchronized double left(String key) {
    Bucket bucket = buckets.get(key);
    if (bucket == null) {
      return rule.burst();
    }
    double seconds = (nanoTime.getAsLong() - bucket.at()) / 1e9;
    return Math.min(rule.burst(), bucket.left() + seconds * rule.perSecond());
  }

  private synchronized void take(String key) {
    double left = left(key);
    buckets.put(key, new Bucket(Math.max(0, left - 1), nanoTime.getAsLong()));
    while (buckets.size() > rule.known()) {
      buckets.pollFirstEntry();
    }
  }

  /** How many are remembered. */
  synchronized int known() {
    return buckets.size();
  }
}
