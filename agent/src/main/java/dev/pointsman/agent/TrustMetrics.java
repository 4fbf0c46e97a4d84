package dev.pointsman.agent;

import dev.pointsman.agent.http.MetricsRegistry;
import dev.pointsman.agent.http.MetricsRegistry.Sample;
import dev.pointsman.protocol.bundle.AppName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntSupplier;

/** What {@code /metrics} says about trust. */
final class TrustMetrics {
  /** An app whose releases may be tainted. */
  record Watched(AppName app, IntSupplier tainted) {}

  private TrustMetrics() {}

  /**
   * Registers them.
   *
   * @param problems how many sentences there are to say about the trust files
   */
  static void register(
      MetricsRegistry registry,
      Collection<Watched> apps,
      RefusalTally refusals,
      IntSupplier problems) {
    registry.gauge(
        "pointsman_trust_problems",
        "What is wrong with the trust files; while one cannot be used, uploads are refused.",
        List.of(),
        () -> List.of(new Sample(problems.getAsInt(), List.of())));
    registry.gauge(
        "pointsman_tainted_releases",
        "Staged releases that would not be accepted with today's revocations.",
        List.of("app"),
        () ->
            apps.stream()
                .map(it -> new Sample(it.tainted().getAsInt(), List.of(it.app().value())))
                .toList());
    registry.counter(
        "pointsman_release_refusals_total",
        "Bundles refused, by the code of the refusal.",
        List.of("app", "code"),
        () -> refused(apps, refusals));
  }

  private static List<Sample> refused(Collection<Watched> apps, RefusalTally refusals) {
    List<Sample> samples = new ArrayList<>();
    for (Watched app : apps) {
      refusals
          .of(app.app())
          .forEach((code, count) ->
              samples.add(new Sample(count, List.of(app.app().value(), code.wire()))));
    }
    return samples;
  }
}
