package dev.pointsman.agent.http;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * What {@code /metrics} shows. Any thread; suppliers are asked at each scrape and must not block.
 */
public final class MetricsRegistry {
  static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name("pointsman_http_requests_total")
          .help("Answered requests.")
          .labelNames("method", "route", "status")
          .register(registry);
  private final Histogram durations =
      Histogram.builder()
          .name("pointsman_http_request_duration_seconds")
          .help("From the first header to the last byte of the answer.")
          .labelNames("route")
          .classicOnly()
          .classicUpperBounds(0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300)
          .register(registry);

  /** One value with its labels, in the order of their names. */
  public record Sample(double value, List<String> labels) {
    public Sample {
      labels = List.copyOf(labels);
    }
  }

  /** Shows a value that goes up and down. */
  public void gauge(String name, String help, List<String> labels, Supplier<List<Sample>> samples) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(show ->
            samples.get().forEach(s -> show.call(s.value(), s.labels().toArray(String[]::new))))
        .register(registry);
  }

  /** Shows a value that only goes up; its name ends in {@code _total}. */
  public void counter(
      String name, String help, List<String> labels, Supplier<List<Sample>> samples) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(show ->
            samples.get().forEach(s -> show.call(s.value(), s.labels().toArray(String[]::new))))
        .register(registry);
  }

  /** A request was answered. */
  void answered(String method, String route, int status, double seconds) {
    requests.labelValues(method, route, Integer.toString(status)).inc();
    durations.labelValues(route).observe(seconds);
  }

  /** Everything, in the Prometheus text format. */
  public byte[] text() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(text, registry.scrape(), EscapingScheme.ALLOW_UTF8);
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail to be written", e);
    }
    return text.toByteArray();
  }
}
