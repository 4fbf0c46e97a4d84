/**
 * zstd, by a library of native code that a host may go without: nothing outside this package names
 * it, and nothing here is loaded before somebody sends or asks for zstd. Any thread.
 */
@NullMarked
package dev.pointsman.agent.zstd;

import org.jspecify.annotations.NullMarked;
