/**
 * Every foreign-function call of the agent, and nothing else: thin, typed, with errno kept.
 *
 * <p>Stateless; any thread. Calls that block say so.
 */
@NullMarked
package dev.pointsman.agent.linux;

import org.jspecify.annotations.NullMarked;
