/**
 * The shared listening sockets: bind, keep, take back after a restart of the agent.
 *
 * <p>The agent holds each socket open for as long as it lives and never accepts on it.
 */
@NullMarked
package dev.pointsman.agent.listen;

import org.jspecify.annotations.NullMarked;
