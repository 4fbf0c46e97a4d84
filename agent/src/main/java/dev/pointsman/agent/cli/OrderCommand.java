package dev.pointsman.agent.cli;

import dev.pointsman.agent.http.Control.Order;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What is done with the workers of an app: {@code restart}, {@code scale}, {@code stop}, {@code
 * start}.
 */
abstract sealed class OrderCommand extends Verb {
  @Mixin private Connection connection = new Connection();
  @Mixin private Waiting waiting = new Waiting();

  @Parameters(index = "0", paramLabel = "APP")
  private @Nullable AppName app;

  private OrderCommand(Session session) {
    super(session);
  }

  abstract Order order();

  boolean allowTainted() {
    return false;
  }

  @Override
  public Integer call() throws Exception {
    String name = Objects.requireNonNull(app).value();
    try (Api api = connection.open(this)) {
      return waiting.follow(this, api, api.order(name, order(), allowTainted()));
    }
  }

  /** {@code pointsman restart APP}. */
  @Command(
      name = "restart",
      description = "Start workers anew, one at a time, each new one beside its old one.")
  static final class Restart extends OrderCommand {
    @Option(names = "--slot", paramLabel = "N", description = "Only the worker of this slot.")
    private @Nullable Integer slot;

    Restart(Session session) {
      super(session);
    }

    @Override
    Order order() {
      return new Order.Restart(slot);
    }
  }

  /** {@code pointsman scale APP N}. */
  @Command(
      name = "scale",
      description = "Have N workers, until the app's file names another number.")
  static final class Scale extends OrderCommand {
    @Parameters(index = "1", paramLabel = "N")
    private int instances;

    Scale(Session session) {
      super(session);
    }

    @Override
    Order order() {
      return new Order.Scale(instances);
    }
  }

  /** {@code pointsman stop APP}. */
  @Command(
      name = "stop",
      description =
          "Drain and stop all workers of an app; it stays stopped until 'pointsman start'.")
  static final class Stop extends OrderCommand {
    Stop(Session session) {
      super(session);
    }

    @Override
    Order order() {
      return new Order.Stop();
    }
  }

  /** {@code pointsman start APP [RELEASE]}. */
  @Command(
      name = "start",
      description = "Start a stopped app, all workers at once, with what ran before or RELEASE.")
  static final class Start extends OrderCommand {
    @Parameters(index = "1", arity = "0..1", paramLabel = "RELEASE")
    private @Nullable ReleaseId release;

    @Option(
        names = "--allow-tainted",
        description = "Start although those who signed the release are revoked; this is journaled.")
    private boolean allowTainted;

    Start(Session session) {
      super(session);
    }

    @Override
    Order order() {
      return new Order.Start(release);
    }

    @Override
    boolean allowTainted() {
      return allowTainted;
    }
  }
}
