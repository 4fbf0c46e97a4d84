/**
 * Asks one very worker whether it is well, through its private socket.
 *
 * <p>Probes block, each on the caller's thread, and end by their deadline.
 */
@NullMarked
package dev.pointsman.agent.health;

import org.jspecify.annotations.NullMarked;
