package dev.pointsman.protocol.api;

/**
 * Where a running deployment is. Receiving, verifying and staging come before a deployment exists.
 */
public enum Phase {
  ACTIVATE,
  ROLL,
  VALIDATE,
  COMMIT
}
