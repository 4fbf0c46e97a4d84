package dev.pointsman.protocol.api;

/** How an app is, in one word. */
public enum AppCondition {
  /** Nothing was deployed yet. */
  EMPTY,
  /** Every slot has a worker that is online. */
  HEALTHY,
  /** Some slots have no online worker, or an online one fails its probes. */
  DEGRADED,
  /** No worker is online. */
  DOWN,
  /** An operator stopped it. */
  STOPPED
}
