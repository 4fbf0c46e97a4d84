package dev.pointsman.agent;

import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.worker.WorkerPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an operator has to know of an app beside its state.
 *
 * @param ofTheDisk what was found when it was opened; complete before anybody looks
 */
record AppNotices(
    List<String> ofTheDisk,
    AppLedger ledger,
    AppKeeping keeping,
    AppFilling filling,
    AppSockets socket,
    AppUnavailable unavailable,
    AppTaint taint,
    WorkerPool workers,
    AppLogs logs) {

  /** All, as it is now. */
  List<String> all() {
    List<String> all = new ArrayList<>(ofTheDisk);
    all.addAll(keeping.notices());
    filling.notice().ifPresent(all::add);
    socket
        .problem()
        .ifPresent(reason ->
            all.add(
                "The shared socket could not be taken back, deployments are refused: " + reason));
    unavailable.notice().ifPresent(all::add);
    if (ledger.isReadonly()) {
      all.add(
          "The journal cannot be written, deployments and uploads are refused, and workers are only kept up: look at the disk, then restart the agent.");
    }
    all.addAll(taint.notices());
    Optional.ofNullable(workers.upkeep().waiting()).ifPresent(all::add);
    all.addAll(logs.notices());
    return all;
  }
}
