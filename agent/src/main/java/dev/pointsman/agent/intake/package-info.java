/**
 * Untrusted bytes: takes an upload apart, checks it in the order of docs/bundle.md, and hands what
 * is left to be staged.
 *
 * <p>One virtual thread per upload; the number of uploads is bounded. Nothing is written outside
 * {@code incoming/} here, and what was written is gone when the upload ends, however it ends.
 */
@NullMarked
package dev.pointsman.agent.intake;

import org.jspecify.annotations.NullMarked;
