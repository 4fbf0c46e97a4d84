package dev.pointsman.agent.http;

import dev.pointsman.agent.pull.Pulls;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What the API shows.
 *
 * @param control the core
 * @param ready what {@code /readyz} says; must not block
 * @param metrics what {@code /metrics} shows beside what the API itself adds
 * @param version of the agent
 * @param pulls where bundles are fetched; empty: nowhere
 * @param agent what answers for the agent itself; empty: nothing does
 */
public record ApiSource(
    Control control,
    BooleanSupplier ready,
    MetricsRegistry metrics,
    String version,
    Optional<Pulls> pulls,
    Optional<OwnAgent> agent) {
  /** One that fetches nothing. */
  public ApiSource(
      Control control, BooleanSupplier ready, MetricsRegistry metrics, String version) {
    this(control, ready, metrics, version, Optional.empty());
  }

  /** One that is nobody's in particular. */
  public ApiSource(
      Control control,
      BooleanSupplier ready,
      MetricsRegistry metrics,
      String version,
      Optional<Pulls> pulls) {
    this(control, ready, metrics, version, pulls, Optional.empty());
  }
}
