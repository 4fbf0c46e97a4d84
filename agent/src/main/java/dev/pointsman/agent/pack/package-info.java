/**
 * Makes bundles where releases are built: from a directory to a bundle directory, and from that to
 * the one tar that is sent.
 *
 * <p>What an agent would refuse is refused here first, by the same rules, before anything is
 * written. The command line calls this on its own thread; files are hashed by a few threads that
 * end with the call.
 */
@NullMarked
package dev.pointsman.agent.pack;

import org.jspecify.annotations.NullMarked;
