package dev.pointsman.protocol.api;

import java.time.Instant;

/**
 * A line that a worker wrote.
 *
 * @param at when it was seen; it had been written up to a second or so before
 * @param worker the agent's own name for the process
 * @param release and {@code generation}: empty where that is not known any more
 * @param line without its end; as the worker wrote it
 */
public record LogLineResource(
    Instant at, int slot, String worker, String release, String generation, String line) {}
