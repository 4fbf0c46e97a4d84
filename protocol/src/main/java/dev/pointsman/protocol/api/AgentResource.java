package dev.pointsman.protocol.api;

import java.time.Instant;

/**
 * The agent that answers.
 *
 * @param name of the host, as its configuration says
 * @param pid of its process, which an upgrade keeps
 * @param startedAt when this program began in that process
 * @param program what {@code POST /v1/agent/upgrade} would begin
 */
public record AgentResource(
    String name, String version, long pid, Instant startedAt, String program) {}
