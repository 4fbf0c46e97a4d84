package dev.pointsman.agent;

import dev.pointsman.agent.intake.Acceptance;
import dev.pointsman.agent.intake.Intake;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;

/** What the journals of all apps know and have to know about uploads. */
record AppAcceptance(Map<AppName, App> apps) implements Acceptance {
  @Override
  public Instant latest(AppName app) {
    return find(app).ledger().latest();
  }

  @Override
  public boolean isReadonly(AppName app) {
    return find(app).ledger().isReadonly();
  }

  @Override
  public SequenceFloor floor(AppName app) {
    return find(app).ledger().state().floor();
  }

  @Override
  public void staged(AppName app, StagedRelease release) throws IOException {
    find(app).staged(release);
  }

  @Override
  public boolean mayReplace(AppName app, ReleaseId release) {
    return find(app).isUnused(release);
  }

  /** Where an app's releases are, and the content that it can use. */
  Intake.AppStore store(AppName app) {
    return find(app).store();
  }

  private App find(AppName app) {
    App found = apps.get(app);
    if (found == null) {
      throw new IllegalStateException("an upload for " + app + ", which is not configured");
    }
    return found;
  }
}
