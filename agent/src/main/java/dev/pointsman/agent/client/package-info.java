/**
 * The asking side of HTTP: the API's client, {@link dev.pointsman.agent.client.ApiClient}, for the
 * command line, and {@link dev.pointsman.agent.client.HttpFetcher}, with which the agent fetches a
 * bundle.
 *
 * <p>Callers block, on threads of their own; Vert.x stays in here. A fault is told in words for a
 * person, with where it was asked.
 */
@NullMarked
package dev.pointsman.agent.client;

import org.jspecify.annotations.NullMarked;
