/**
 * Processes of the operating system: start, signal, reap, adopt.
 *
 * <p>{@link dev.pointsman.agent.process.Processes} is the way in; {@link
 * dev.pointsman.agent.process.NodeCommand} looks behind package managers before that. A process is
 * known by pid, start time and boot; "alive" means that its pidfd is not readable, and every signal
 * goes through the pidfd. One platform thread, "reaper", waits for all exits and tells each once.
 */
@NullMarked
package dev.pointsman.agent.process;

import org.jspecify.annotations.NullMarked;
