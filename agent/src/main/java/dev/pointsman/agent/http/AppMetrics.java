package dev.pointsman.agent.http;

import dev.pointsman.agent.http.MetricsRegistry.Sample;
import dev.pointsman.protocol.api.AppCondition;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.api.WorkerStateName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What {@code /metrics} says about apps: read off {@link Control#apps} at each scrape. */
final class AppMetrics {
  private AppMetrics() {}

  static void register(MetricsRegistry registry, Control control, String version) {
    registry.gauge(
        "pointsman_agent_info",
        "1, with the version of the agent.",
        List.of("version"),
        () -> List.of(new Sample(1, List.of(version))));
    registry.gauge(
        "pointsman_workers",
        "Workers by state; every state is always there.",
        List.of("app", "state"),
        () -> each(control, AppMetrics::workers));
    registry.gauge(
        "pointsman_app_condition",
        "1 for the condition that the app is in, 0 for the others.",
        List.of("app", "condition"),
        () -> each(control, AppMetrics::condition));
    registry.gauge(
        "pointsman_app_instances",
        "Slots of the app.",
        List.of("app"),
        () -> each(control, app -> List.of(new Sample(app.instances(), List.of(app.app())))));
    registry.gauge(
        "pointsman_worker_resident_bytes",
        "Resident memory of the app's workers together.",
        List.of("app"),
        () -> each(control, app -> List.of(new Sample(resident(app), List.of(app.app())))));
    registry.gauge(
        "pointsman_worker_restarts",
        "Unplanned restarts of the workers that are there, together.",
        List.of("app"),
        () ->
            each(
                control,
                app ->
                    List.of(
                        new Sample(
                            app.workers().stream().mapToLong(WorkerResource::restarts).sum(),
                            List.of(app.app())))));
    registry.counter(
        "pointsman_upkeep_replaced_total",
        "Workers that the agent replaced between deployments since it started, by cause.",
        List.of("app", "cause"),
        () -> each(control, AppMetrics::replaced));
    registry.counter(
        "pointsman_upkeep_failed_total",
        "Attempts to replace a worker whose new worker did not come up, since the agent started.",
        List.of("app"),
        () -> each(control, app -> List.of(new Sample(app.upkeep().failed(), List.of(app.app())))));
  }

  /** Counters of workers that were replaced, by cause; every cause is always there. */
  private static List<Sample> replaced(AppResource app) {
    List<Sample> samples = new ArrayList<>();
    for (ExitCause cause : ExitCause.values()) {
      if (cause.isUpkeep()) {
        long times = app.upkeep().replaced().getOrDefault(word(cause), 0L);
        samples.add(new Sample(times, List.of(app.app(), word(cause))));
      }
    }
    return samples;
  }

  private static List<Sample> each(Control control, Function<AppResource, List<Sample>> samples) {
    List<Sample> all = new ArrayList<>();
    control.apps().forEach(app -> all.addAll(samples.apply(app)));
    return all;
  }

  private static List<Sample> workers(AppResource app) {
    List<Sample> samples = new ArrayList<>();
    for (WorkerStateName state : WorkerStateName.values()) {
      long count = app.workers().stream().filter(worker -> worker.state() == state).count();
      samples.add(new Sample(count, List.of(app.app(), word(state))));
    }
    return samples;
  }

  private static List<Sample> condition(AppResource app) {
    List<Sample> samples = new ArrayList<>();
    for (AppCondition condition : AppCondition.values()) {
      int value = app.condition() == condition ? 1 : 0;
      samples.add(new Sample(value, List.of(app.app(), word(condition))));
    }
    return samples;
  }

  private static double resident(AppResource app) {
    return app.workers().stream().mapToLong(WorkerResource::rssBytes).sum();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
