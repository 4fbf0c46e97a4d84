/**
 * The shared listening sockets: bind, keep, take back after a restart of the agent.
 *
 * <p>The agent holds each socket open for as long as it lives and never accepts on it: the kernel's
 * queue of connections then survives every worker, and each worker's copy survives the agent. Any
 * thread; {@link dev.pointsman.agent.listen.SocketRecovery} blocks while it asks a worker.
 */
@NullMarked
package dev.pointsman.agent.listen;

import org.jspecify.annotations.NullMarked;
