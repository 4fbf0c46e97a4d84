/**
 * What goes over the wire of the HTTP API: resources, problems, and the closed vocabularies of
 * codes, states and reasons.
 *
 * <p>Everything here is an immutable value and may be used by any thread. Wire strings are never
 * reused; a test pins them.
 */
@NullMarked
package dev.pointsman.protocol.api;

import org.jspecify.annotations.NullMarked;
