/**
 * Untrusted bytes: takes uploads apart and checks them in the order of docs/bundle.md; who signed
 * is found out here, what the content is in {@link dev.pointsman.agent.content}.
 *
 * <p>One virtual thread per upload; the number of uploads is bounded, and a session is used by one
 * at a time. Nothing is written outside {@code incoming/} before it was verified. What an upload
 * leaves behind is a release, an open session with verified content, or nothing.
 */
@NullMarked
package dev.pointsman.agent.intake;

import org.jspecify.annotations.NullMarked;
