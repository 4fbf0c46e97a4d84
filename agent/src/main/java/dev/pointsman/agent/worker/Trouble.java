package dev.pointsman.agent.worker;

import dev.pointsman.protocol.api.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Why a worker is not as it should be.
 *
 * @param detail one sentence
 * @param setting what fired, as {@code healthy_deadline=PT1M}; null where nothing was exceeded
 */
record Trouble(Reason reason, String detail, @Nullable String setting) {}
