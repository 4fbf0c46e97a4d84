/**
 * The HTTP API: routes, events; parse, call one method of {@link dev.pointsman.agent.http.Control},
 * render.
 *
 * <p>Vert.x stays in here. Handlers run on event loops and never block; what blocks runs on a
 * virtual thread.
 */
@NullMarked
package dev.pointsman.agent.http;

import org.jspecify.annotations.NullMarked;
