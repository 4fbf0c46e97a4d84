/**
 * Fetches bundles from addresses that this host allows, and hands them over as if they had been
 * sent.
 *
 * <p>Nothing is kept of what is fetched but what the receiver keeps: the body goes to it as it
 * comes, so that an unsigned bundle is given up after its first 64 KiB, as in an upload. A transfer
 * that breaks goes on where it was. Each pull runs on a virtual thread of its own; everything
 * public may be called by any thread.
 */
@NullMarked
package dev.pointsman.agent.pull;

import org.jspecify.annotations.NullMarked;
