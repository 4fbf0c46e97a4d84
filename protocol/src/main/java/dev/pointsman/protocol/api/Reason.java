package dev.pointsman.protocol.api;

/** Why a deployment did not succeed: a closed set, each with what to do next. */
public enum Reason {
  SPAWN_FAILED(
      "SpawnFailed",
      "The worker's program could not be started: check 'command', the interpreter and the worker's user on this host."),
  WORKER_CRASHED(
      "WorkerCrashed",
      "The new worker ended before it was healthy: read its last lines, then fix the release."),
  NEVER_LISTENED(
      "NeverListened",
      "The new worker did not listen on its port in time: check that it listens on PORT, or raise healthy_deadline."),
  HEALTH_DEADLINE_EXCEEDED(
      "HealthDeadlineExceeded",
      "The new worker did not become healthy in time: look at the probe answers, then at health.path and healthy_deadline."),
  WORKER_UNHEALTHY(
      "WorkerUnhealthy",
      "A new worker turned unhealthy: look at the probe answers and its last lines."),
  ACCEPT_FAILED(
      "AcceptFailed",
      "The new worker did not begin to accept on the shared socket: see its last lines."),
  PROGRESS_DEADLINE_EXCEEDED(
      "ProgressDeadlineExceeded",
      "The deployment made no progress for progress_deadline: look at the workers with 'pointsman status'."),
  HOST_FAULT("HostFault", "This host failed a system call: see the detail and the agent's log."),
  RELEASE_DAMAGED(
      "ReleaseDamaged", "The staged files are not what was signed: push the release again.");

  private final String wire;
  private final String remedy;

  Reason(String wire, String remedy) {
    this.wire = wire;
    this.remedy = remedy;
  }

  /** The stable CamelCase string. */
  public String wire() {
    return wire;
  }

  /** What to do next, one sentence. */
  public String remedy() {
    return remedy;
  }
}
