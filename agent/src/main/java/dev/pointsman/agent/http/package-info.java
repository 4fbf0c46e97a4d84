/**
 * The HTTP API: routes, authentication, events; parse, call one method of {@link
 * dev.pointsman.agent.http.Control}, render. And its client, {@link
 * dev.pointsman.agent.http.ApiClient}, for the command line.
 *
 * <p>Vert.x stays in here. Handlers run on event loops and never block; what blocks runs on a
 * virtual thread.
 */
@NullMarked
package dev.pointsman.agent.http;

import org.jspecify.annotations.NullMarked;
