package dev.pointsman.protocol.api;

/** Why a deployment was asked for. */
public enum DeploymentKind {
  DEPLOY,
  ROLLBACK,
  RESTART,
  SCALE,
  STOP,
  START
}
