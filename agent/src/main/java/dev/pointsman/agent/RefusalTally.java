package dev.pointsman.agent;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.bundle.AppName;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many bundles were refused since the agent started, by app and code. As large as the apps that
 * are configured times the codes there are. Any thread.
 */
final class RefusalTally {
  private final Map<AppName, Map<ErrorCode, LongAdder>> counts = new ConcurrentHashMap<>();

  /** Counts one; {@code app} is one that is configured. */
  void count(AppName app, ErrorCode code) {
    counts
        .computeIfAbsent(app, _ -> new ConcurrentHashMap<>())
        .computeIfAbsent(code, _ -> new LongAdder())
        .increment();
  }

  /** Those of one app, as they are now. */
  Map<ErrorCode, Long> of(AppName app) {
    Map<ErrorCode, Long> now = new TreeMap<>();
    counts.getOrDefault(app, Map.of()).forEach((code, count) -> now.put(code, count.sum()));
    return now;
  }
}
