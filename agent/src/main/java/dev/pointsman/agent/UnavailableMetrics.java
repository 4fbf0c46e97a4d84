package dev.pointsman.agent;

import dev.pointsman.agent.http.MetricsRegistry;
import dev.pointsman.agent.http.MetricsRegistry.Sample;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What {@code /metrics} says about apps that nobody serves. */
final class UnavailableMetrics {
  private UnavailableMetrics() {}

  static void register(MetricsRegistry registry, Collection<App> apps) {
    registry.gauge(
        "pointsman_app_unavailable",
        "1 while no worker of the app accepts and the agent answers 503 in their place.",
        List.of("app"),
        () -> samples(apps, app -> app.unavailable().isAnswering() ? 1 : 0));
    registry.counter(
        "pointsman_unavailable_answers_total",
        "Requests that the agent itself answered with 503.",
        List.of("app"),
        () -> samples(apps, app -> app.unavailable().answered()));
  }

  private static List<Sample> samples(Collection<App> apps, ToDoubleFunction<App> value) {
    return apps.stream()
        .map(app -> new Sample(value.applyAsDouble(app), List.of(app.name().value())))
        .toList();
  }
}
