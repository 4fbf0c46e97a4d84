/**
 * The content of an upload that is trusted by its statement, not yet by its bytes: reads the list,
 * grows the tree out of what is sent, what the session has and what the host's store has, and says
 * what is missing and whether there is room.
 *
 * <p>One thread per upload, its own; nothing here is shared. Nothing has its final place before its
 * digest was compared.
 */
@NullMarked
package dev.pointsman.agent.content;

import org.jspecify.annotations.NullMarked;
