package dev.pointsman.agent.doctor;

/** How bad a finding is. */
public enum Level {
  /** As it is to be. */
  OK,
  /** Something will not work, or not as well as it could. */
  WARN,
  /** The agent does not run, or does not keep what it promises. */
  BAD
}
