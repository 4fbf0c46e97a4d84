/**
 * What workers say by systemd's notify protocol, see sd_notify(3): a unix datagram socket per
 * worker, one thread that reads them all, and what the messages mean.
 *
 * <p>The thread is named "notify" and belongs to {@link dev.pointsman.agent.notify.Notifications}.
 * Nothing that a worker sends can make it wait, grow or end.
 */
@NullMarked
package dev.pointsman.agent.notify;

import org.jspecify.annotations.NullMarked;
