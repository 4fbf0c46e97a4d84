/**
 * Answers {@code 503} on an app's shared sockets while none of its workers accepts.
 *
 * <p>One platform thread, named "sorry", serves all apps by {@code poll} and {@code accept4}; it
 * alone touches the connections. {@link dev.pointsman.agent.sorry.SorryPort#served} may be called
 * by any thread, and on its return with {@code true} no connection is taken any more: that is what
 * a worker is let in after. Connections, time and memory are bounded.
 */
@NullMarked
package dev.pointsman.agent.sorry;

import org.jspecify.annotations.NullMarked;
