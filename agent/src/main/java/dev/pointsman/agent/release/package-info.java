/**
 * What is on disk of an app: its sealed releases, the evidence beside them, and the {@code current}
 * link.
 *
 * <p>A release appears by one rename of a complete, synced directory and never changes afterwards.
 * Called from the app's own thread, but for staging, which happens in {@code incoming/} on the
 * upload's thread.
 */
@NullMarked
package dev.pointsman.agent.release;

import org.jspecify.annotations.NullMarked;
