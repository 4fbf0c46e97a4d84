package dev.pointsman.protocol.api;

import org.jspecify.annotations.Nullable;

/**
 * The answer to an upload.
 *
 * @param created false where the very same release was here already
 * @param newBytes bytes written for it
 * @param ms from the first byte to durable
 * @param deployment id of the deployment that was asked for with it, if any
 */
public record StagedResource(
    String app,
    String release,
    String state,
    boolean created,
    int files,
    long newBytes,
    long ms,
    @Nullable String deployment) {}
