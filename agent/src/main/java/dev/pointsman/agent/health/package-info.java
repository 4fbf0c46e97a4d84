/**
 * Asks one very worker whether it is well: over HTTP, by a connection, or by a command of the app's
 * own.
 *
 * <p>Probes block, each on the caller's thread, and end by their deadline.
 */
@NullMarked
package dev.pointsman.agent.health;

import org.jspecify.annotations.NullMarked;
