package dev.pointsman.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A release that the agent fetches, or fetched.
 *
 * @param state {@code pulling}, {@code staged} or {@code failed}
 * @param url where from, without its query
 * @param received bytes that came
 * @param total bytes that there are, where the other side said so
 * @param code why it failed, as in a problem
 * @param detail in words
 * @param deployment id of the deployment that was asked for with it, once there is one
 */
public record PullResource(
    String app,
    String release,
    String state,
    String url,
    long received,
    @Nullable Long total,
    Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String code,
    @Nullable String detail,
    @Nullable String deployment) {}
