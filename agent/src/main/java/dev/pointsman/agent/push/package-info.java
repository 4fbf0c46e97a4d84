/**
 * The sender's side of an upload in parts: what of a bundle is sent, and in which form.
 *
 * <p>Content comes from the payload, read without unpacking it to disk, or from the tree that was
 * packed. Nothing here talks to an agent; everything runs on the thread of its caller.
 */
@NullMarked
package dev.pointsman.agent.push;

import org.jspecify.annotations.NullMarked;
