package dev.pointsman.protocol.api;

/** The state of a worker, as it is shown. */
public enum WorkerStateName {
  LAUNCHING,
  STANDBY,
  ONLINE,
  DRAINING,
  STOPPING,
  STOPPED,
  BACKING_OFF,
  ERRORED
}
