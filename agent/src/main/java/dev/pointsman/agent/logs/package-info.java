/**
 * What workers write: a file for each process, kept within bounds beneath its writer, and read
 * again.
 *
 * <p>A process appends to {@code SLOT-PROCESS.log} and knows nothing of any bound. {@link
 * dev.pointsman.agent.logs.AppLogs} looks after the files of an app, on one thread and under one
 * lock; {@link dev.pointsman.agent.logs.LiveLog} moves the beginning of one that has grown too
 * large into parts named {@code SLOT-PROCESS.log.OFFSET} after what was written before them.
 * Offsets count every byte that the process ever wrote, so they name the same line before and after
 * a rotation, and over restarts of the agent. {@code SLOT-PROCESS.idx} says whose lines they are
 * and when they were written.
 */
@NullMarked
package dev.pointsman.agent.logs;

import org.jspecify.annotations.NullMarked;
