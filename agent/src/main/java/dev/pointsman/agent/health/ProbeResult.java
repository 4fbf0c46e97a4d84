package dev.pointsman.agent.health;

/**
 * What a probe found.
 *
 * @param passed whether the worker is well
 * @param answer in words, one line: {@code 200 in 3 ms}, {@code 503 in 2 ms:
 *     {"status":"starting"}}, {@code no answer within 2000 ms}
 */
public record ProbeResult(boolean passed, String answer) {}
