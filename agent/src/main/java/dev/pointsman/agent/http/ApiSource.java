package dev.pointsman.agent.http;

import java.util.function.BooleanSupplier;

/**
 * What the API shows.
 *
 * @param control the core
 * @param ready what {@code /readyz} says; must not block
 * @param metrics what {@code /metrics} shows beside what the API itself adds
 * @param version of the agent
 */
public record ApiSource(
    Control control, BooleanSupplier ready, MetricsRegistry metrics, String version) {}
