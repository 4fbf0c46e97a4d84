/**
 * From files to validated records: the host's file, and one file per app.
 *
 * <p>Records are immutable and free to pass around. A mistake anywhere refuses the whole
 * configuration, naming file, line, column, key, value and rule; nothing is ever replaced by a
 * default.
 */
@NullMarked
package dev.pointsman.agent.config;

import org.jspecify.annotations.NullMarked;
