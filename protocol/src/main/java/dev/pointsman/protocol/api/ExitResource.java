package dev.pointsman.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a worker's process ended.
 *
 * @param cause through whom
 * @param code exit code; null where a signal ended it, or nobody can say
 * @param signal name of the signal that ended it, else null
 * @param killed whether the agent killed it because it did not end when it was told to
 * @param detail all of it in words
 * @param incarnation which process it was
 * @param pid its number; null where unknown
 * @param log its last lines, oldest first
 */
public record ExitResource(
    ExitCause cause,
    @Nullable Integer code,
    @Nullable String signal,
    boolean killed,
    String detail,
    String incarnation,
    @Nullable Integer pid,
    Instant at,
    List<String> log) {
  public ExitResource {
    log = List.copyOf(log);
  }
}
