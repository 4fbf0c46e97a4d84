/**
 * Keeps workers alive and replaces them: the pure worker machine, the supervisor that feeds it, and
 * the pool of slots.
 *
 * <p>Each supervisor owns its machine on a virtual thread of its own and reads a bounded mailbox;
 * everybody else posts events and reads an immutable snapshot. A process is an incarnation with a
 * number that never repeats; an event about another incarnation changes nothing.
 */
@NullMarked
package dev.pointsman.agent.worker;

import org.jspecify.annotations.NullMarked;
