package dev.pointsman.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One worker as it is shown.
 *
 * @param slot 0 and up
 * @param incarnation the agent's own number of this process; never repeats
 * @param pid none while no process runs
 * @param generation first 12 hex digits of the digest of release, configuration and environment
 * @param since when it came to this state
 * @param restarts unplanned ones in this slot since the worker was first started
 * @param lastExit how the process before it ended, in words
 * @param exit the same with all that is known of it
 * @param requests answered by this process so far; as {@code inflight} and {@code connections} only
 *     known for workers with the preload
 * @param rssBytes resident memory, 0 where unknown
 * @param said what it says of itself by {@code STATUS=}, if anything; one line
 */
public record WorkerResource(
    int slot,
    String incarnation,
    WorkerStateName state,
    @Nullable Integer pid,
    String release,
    String generation,
    Instant since,
    int restarts,
    @Nullable String lastExit,
    @Nullable ExitResource exit,
    long requests,
    int inflight,
    int connections,
    long rssBytes,
    @Nullable String said) {}
