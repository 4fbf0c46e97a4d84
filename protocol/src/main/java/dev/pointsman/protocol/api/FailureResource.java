package dev.pointsman.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a deployment did not succeed, with the evidence.
 *
 * @param reason the closed word
 * @param detail one sentence: what happened, where
 * @param slot the slot in which it happened
 * @param exit how the worker ended, in words
 * @param setting the setting that fired, as {@code healthy_deadline=60s}
 * @param probes the last probe answers, oldest first
 * @param log the worker's last lines
 * @param remedy what to do next
 */
public record FailureResource(
    String reason,
    String detail,
    @Nullable Integer slot,
    @Nullable String exit,
    @Nullable String setting,
    List<String> probes,
    List<String> log,
    String remedy) {
  public FailureResource {
    probes = List.copyOf(probes);
    log = List.copyOf(log);
  }
}
