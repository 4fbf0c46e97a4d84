package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.StagedRelease;
import java.time.Duration;

/**
 * The end of an upload.
 *
 * @param created false where the very same release was here already
 * @param newBytes content written for it
 * @param took from the first byte to durable
 */
public record Received(StagedRelease release, boolean created, long newBytes, Duration took) {}
