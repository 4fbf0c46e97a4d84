package dev.pointsman.protocol.api;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A refusal: what was asked for is not done, for a reason with a stable code. Nothing has changed.
 */
public final class Rejected extends Exception {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST_DETAIL = 2_000;
  private static final int LONGEST_ENTRY = 500;

  private final ErrorCode code;
  private final String detail;
  private final @Nullable String entry;
  private final TreeMap<String, String> facts = new TreeMap<>();

  /** Refuses with {@code code}; {@code detail} is one sentence for a person. */
  public Rejected(ErrorCode code, String detail) {
    this(code, detail, null);
  }

  /**
   * Refuses because of {@code entry}: the path, key or member that is to blame. Both texts may
   * quote what was sent: they are kept as they can be shown on a terminal and in a log.
   */
  public Rejected(ErrorCode code, String detail, @Nullable String entry) {
    String shown = Shown.of(detail, LONGEST_DETAIL);
    String blamed = entry == null ? null : Shown.of(entry, LONGEST_ENTRY);
    super(code.wire() + ": " + shown + (blamed == null ? "" : " (" + blamed + ")"));
    this.code = code;
    this.detail = shown;
    this.entry = blamed;
  }

  /** The stable code. */
  public ErrorCode code() {
    return code;
  }

  /** What happened, one sentence. */
  public String detail() {
    return detail;
  }

  /** The path, key or member that is to blame, if there is one. */
  public @Nullable String entry() {
    return entry;
  }

  /**
   * The same refusal with what is known about who it concerns, as {@code signers} or {@code keys};
   * a fact that is there already stays.
   */
  public Rejected with(String name, String value) {
    Rejected more = new Rejected(code, detail, entry);
    more.facts.putAll(facts);
    more.facts.putIfAbsent(name, value);
    more.setStackTrace(getStackTrace());
    if (getCause() != null) {
      more.initCause(getCause());
    }
    return more;
  }

  /** Small facts by name, for the event that tells of the refusal. */
  public Map<String, String> facts() {
    return Collections.unmodifiableMap(facts);
  }
}
