package dev.pointsman.agent;

import dev.pointsman.agent.http.MetricsRegistry;
import dev.pointsman.agent.http.MetricsRegistry.Sample;
import dev.pointsman.agent.logs.AppLogs;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/** What {@code /metrics} says about the logs of workers. */
final class LogMetrics {
  private LogMetrics() {}

  static void register(MetricsRegistry registry, Collection<App> apps) {
    registry.counter(
        "pointsman_log_lost_bytes_total",
        "Of workers' logs, that were to be kept and could not be.",
        List.of("app"),
        () -> each(apps, AppLogs::lostBytes));
    registry.counter(
        "pointsman_log_refused_writes_total",
        "Writes of workers to their logs that failed.",
        List.of("app"),
        () -> each(apps, AppLogs::refusedWrites));
    registry.counter(
        "pointsman_log_failures_total",
        "Times that a log could not be made, bounded or kept.",
        List.of("app"),
        () -> each(apps, AppLogs::failures));
  }

  private static List<Sample> each(Collection<App> apps, ToLongFunction<AppLogs> value) {
    return apps.stream()
        .map(app -> new Sample(value.applyAsLong(app.logs()), List.of(app.name().value())))
        .toList();
  }
}
