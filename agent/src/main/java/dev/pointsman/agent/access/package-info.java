/**
 * Who asks, and what they may: callers, scopes, the file of tokens, and how often one address may
 * fail.
 *
 * <p>Knows nothing of HTTP. Any thread.
 */
@NullMarked
package dev.pointsman.agent.access;

import org.jspecify.annotations.NullMarked;
