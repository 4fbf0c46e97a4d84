package dev.pointsman.agent;

import dev.pointsman.agent.http.MetricsRegistry;
import dev.pointsman.agent.http.MetricsRegistry.Sample;
import dev.pointsman.agent.store.ContentStore;
import java.util.List;
import java.util.function.LongSupplier;

/** What {@code /metrics} says about the store. */
final class StoreMetrics {
  private final MetricsRegistry registry;

  private StoreMetrics(MetricsRegistry registry) {
    this.registry = registry;
  }

  static void register(MetricsRegistry registry, ContentStore content, StoreTally tally) {
    StoreMetrics metrics = new StoreMetrics(registry);
    metrics.gauge("pointsman_store_blobs", "Contents in the store.", content::size);
    metrics.gauge(
        "pointsman_store_bytes", "Of the store, as the last sweep counted.", tally::keptBytes);
    metrics.counter(
        "pointsman_store_swept_blobs_total", "Unused contents deleted.", tally::sweptBlobs);
    metrics.counter("pointsman_store_swept_bytes_total", "Of theirs.", tally::sweptBytes);
    metrics.counter(
        "pointsman_store_scrubbed_bytes_total",
        "Content read again and compared with its digest.",
        tally::scrubbedBytes);
    metrics.counter(
        "pointsman_store_damaged_total",
        "Contents that were not what their names say, and went into quarantine.",
        tally::damages);
    metrics.gauge(
        "pointsman_store_scrub_completed_seconds",
        "When all content had been read again, in seconds since 1970.",
        () -> content.scrubState().completed().getEpochSecond());
  }

  private void gauge(String name, String help, LongSupplier value) {
    registry.gauge(name, help, List.of(), () -> one(value));
  }

  private void counter(String name, String help, LongSupplier value) {
    registry.counter(name, help, List.of(), () -> one(value));
  }

  private static List<Sample> one(LongSupplier value) {
    return List.of(new Sample(value.getAsLong(), List.of()));
  }
}
