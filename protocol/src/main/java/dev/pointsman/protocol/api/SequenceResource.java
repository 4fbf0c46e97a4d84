package dev.pointsman.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How high the sequence number of an app has been in its environment.
 *
 * @param highest the next release has to be above it; null where none was accepted
 * @param maxStep how far above
 * @param journaled the latest time that the app's journal has seen
 */
public record SequenceResource(
    String app, String env, @Nullable Long highest, long maxStep, Instant journaled) {}
