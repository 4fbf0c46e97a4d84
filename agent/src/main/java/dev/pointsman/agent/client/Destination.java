package dev.pointsman.agent.client;

/**
 * Where something of a release is sent.
 *
 * @param deploy asks for its deployment once it is staged
 */
public record Destination(String app, String release, boolean deploy) {}
