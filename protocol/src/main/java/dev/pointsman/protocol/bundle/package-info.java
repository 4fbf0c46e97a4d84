/**
 * The release bundle: its manifest, its file list, its archives, and the strict readers that refuse
 * what is not exactly one of them.
 *
 * <p>Readers are single-use and belong to one thread; values are immutable. Nothing here touches a
 * file: bytes come from streams.
 */
@NullMarked
package dev.pointsman.protocol.bundle;

import org.jspecify.annotations.NullMarked;
