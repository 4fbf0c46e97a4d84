/**
 * Processes of the operating system: start, signal, reap, adopt.
 *
 * <p>A process is known by pid, start time and boot; "alive" means that its pidfd is not readable,
 * and every signal goes through the pidfd. One platform thread waits for all exits.
 */
@NullMarked
package dev.pointsman.agent.process;

import org.jspecify.annotations.NullMarked;
