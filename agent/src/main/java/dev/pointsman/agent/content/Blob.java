package dev.pointsman.agent.content;

/** How much of one content is here; {@code complete} when its digest was found right. */
public record Blob(long offset, long size, boolean complete) {}
