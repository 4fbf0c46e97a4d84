package dev.pointsman.protocol.api;

import java.time.Instant;

/**
 * A release that is still being sent.
 *
 * @param state always {@code staging}
 * @param missingFiles files to be sent: one for each content that is not on the host
 * @param missingBytes their sizes together
 * @param expires when what came so far is given up
 */
public record SessionResource(
    String app,
    String release,
    String state,
    int missingFiles,
    long missingBytes,
    Instant expires) {}
