package dev.pointsman.agent.client;

/**
 * What the agent said.
 *
 * @param value as records
 * @param json as it came, with keys that this version may not know
 */
public record Answer<T>(T value, String json) {}
