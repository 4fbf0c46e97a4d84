/**
 * What is said to the service manager, in the words of sd_notify(3).
 *
 * <p>Where there is none ({@code NOTIFY_SOCKET} is not set) everything here does nothing. Any
 * thread; a message is one datagram, so nothing waits but for room in the manager's queue.
 */
@NullMarked
package dev.pointsman.agent.systemd;

import org.jspecify.annotations.NullMarked;
