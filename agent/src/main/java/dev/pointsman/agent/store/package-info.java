/**
 * The content of all releases of this host, by its digest, each once: {@code store/v1/ab/cdef…},
 * hard-linked into the releases, or copied for an app whose workers could write to it.
 *
 * <p>A blob is immutable, owned by the agent, of mode 0444 or 0555, and bears a stamp in its time
 * by which a write in place shows. What is not as it should be is read again, and put in quarantine
 * where its content is not what its name says. Any thread may call; each of the 256 folders has a
 * lock of its own.
 */
@NullMarked
package dev.pointsman.agent.store;

import org.jspecify.annotations.NullMarked;
