/**
 * Durable records: one append-only journal per app, and the chain of receipts; and the ring of
 * recent events that followers read.
 *
 * <p>An append returns when the record is on disk. A torn last line is cut at opening; anything
 * else that does not check out refuses to open.
 */
@NullMarked
package dev.pointsman.agent.journal;

import org.jspecify.annotations.NullMarked;
