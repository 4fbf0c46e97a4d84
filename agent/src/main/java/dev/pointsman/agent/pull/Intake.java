package dev.pointsman.agent.pull;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** What a pull hands over to, and tells. Any thread; {@code receive} and {@code deploy} block. */
public interface Intake {
  /** Receives a bundle as if it had been sent; rejects where content is still missing. */
  void receive(AppName app, ReleaseId release, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException;

  /** Asks for the release to be deployed; the deployment's id. */
  String deploy(AppName app, ReleaseId release, boolean force, String requestedBy) throws Rejected;

  /** Something happened to a pull of {@code app}. */
  void event(String type, AppName app, String message, Map<String, String> data);
}
