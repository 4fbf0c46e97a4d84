package dev.pointsman.protocol.api;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened.
 *
 * @param id grows; what {@code Last-Event-ID} takes
 * @param type dotted, as {@code deployment.successful}, {@code worker.exited}, {@code
 *     release.refused}
 * @param message one sentence for a person
 * @param data small facts by name
 */
public record EventResource(
    String id,
    Instant at,
    String type,
    @Nullable String app,
    String message,
    Map<String, String> data) {
  public EventResource {
    data = Map.copyOf(data);
  }
}
