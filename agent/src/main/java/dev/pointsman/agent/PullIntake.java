package dev.pointsman.agent;

import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.pull.Intake;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** What is fetched goes the way of what is sent. */
record PullIntake(Control control, EventLog events) implements Intake {
  @Override
  public void receive(AppName app, ReleaseId release, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException {
    if (control.receive(app, release, body, requestedBy)
        instanceof Control.Upload.Incomplete(Control.Missing missing)) {
      throw new Rejected(
          ErrorCode.TREE_MISSING,
          "The bundle at the address lacks " + missing.files() + " files that are not here.");
    }
  }

  @Override
  public String deploy(AppName app, ReleaseId release, boolean force, String requestedBy)
      throws Rejected {
    return control.deploy(app, release, new Control.Overrides(force, false), requestedBy).id();
  }

  @Override
  public void event(String type, AppName app, String message, Map<String, String> data) {
    events.publish(type, app.value(), message, data);
  }
}
