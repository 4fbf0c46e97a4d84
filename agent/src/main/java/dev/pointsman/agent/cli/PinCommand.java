package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pointsman pin APP RELEASE} and {@code pointsman unpin APP RELEASE}. */
abstract sealed class PinCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Parameters(index = "0", paramLabel = "APP")
  private @Nullable AppName app;

  @Parameters(index = "1", paramLabel = "RELEASE")
  private @Nullable ReleaseId release;

  private final boolean pinned;

  private PinCommand(Session session, boolean pinned) {
    super(session);
    this.pinned = pinned;
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<ReleaseResource> answer =
          api.pin(
              Objects.requireNonNull(app).value(), Objects.requireNonNull(release).value(), pinned);
      console().result(json() ? answer.json() : said(answer.value()));
    }
    return ExitCode.SUCCESSFUL;
  }

  private static String said(ReleaseResource release) {
    return release.pinned()
        ? release.release() + " is pinned: it stays until it is unpinned"
        : release.release() + " is not pinned: it goes when keep_releases no longer holds it";
  }

  /** Pins. */
  @Command(name = "pin", description = "Keep a release, whatever retention says.")
  static final class Pin extends PinCommand {
    Pin(Session session) {
      super(session, true);
    }
  }

  /** Unpins. */
  @Command(name = "unpin", description = "Leave a release to retention again.")
  static final class Unpin extends PinCommand {
    Unpin(Session session) {
      super(session, false);
    }
  }
}
