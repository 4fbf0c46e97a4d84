package dev.pointsman.agent;

import dev.pointsman.agent.cli.CommandLineMain;
import dev.pointsman.agent.config.ConfigInvalid;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.listen.InheritedSockets.Passed;
import dev.pointsman.agent.systemd.DescriptorStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The entry point of the daemon and of the command line. */
public final class AgentMain {
  private static final int FAILED = 1;
  private static final int BUG = 70;
  private static final int CONFIG = 78;

  private AgentMain() {}

  /** Runs the command that {@code args} names, and exits with its code. */
  public static void main(String[] args) {
    if (args.length == 1
        && args[0].equals("train")) { // Not a command for people: see bin/pointsman-aot.
      System.exit(Training.run());
    }
    if (args.length == 3 && args[0].equals("agent") && args[1].equals("--config")) {
      // As the command line would, without it: what it needs would stay in memory for good.
      System.exit(runDaemon(Path.of(args[2])));
    }
    System.exit(
        CommandLineMain.run(args, System.out, System.err, System.getenv(), AgentMain::runDaemon));
  }

  /** Runs the daemon until it is told to stop; the exit code. */
  private static int runDaemon(Path configFile) {
    Logger log = LoggerFactory.getLogger(AgentMain.class);
    Thread.setDefaultUncaughtExceptionHandler((thread, bug) -> die(log, thread, bug));
    try {
      CountDownLatch stop = new CountDownLatch(1);
      Distribution distribution = Distribution.find();
      Upgrading upgrading =
          new Upgrading(configFile, System.getenv(), distribution.program(), stop::countDown);
      run(configFile, distribution, upgrading, stop);
      return 0;
    } catch (ConfigInvalid e) {
      System.err.println(e.getMessage());
      return CONFIG;
    } catch (IOException e) {
      log.error("pointsman cannot run: {}", e.getMessage(), e);
      System.err.println("pointsman: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }

  private static void run(
      Path configFile, Distribution distribution, Upgrading upgrading, CountDownLatch stop)
      throws IOException, ConfigInvalid, InterruptedException {
    InheritedSockets inherited =
        InheritedSockets.of(System.getenv(), ProcessHandle.current().pid());
    List<Passed> spare = upgrading.canFallBack() ? inherited.copies() : List.of();
    Agent agent;
    try {
      agent =
          Agent.start(
              configFile,
              distribution,
              new Agent.Beginning(
                  Instant.now(),
                  inherited,
                  DescriptorStore.of(System.getenv()),
                  Optional.of(upgrading)));
    } catch (IOException | ConfigInvalid | RuntimeException e) {
      upgrading.fallBack(e, spare);
      throw e;
    }
    InheritedSockets.close(spare);
    Stopping stopping = new Stopping(stop);
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(stopping::bySignal));
    stop.await();
    List<Passed> kept = List.of();
    try {
      kept = upgrading.isRequested() ? handOn(agent) : kept;
      agent.close();
    } catch (IOException e) {
      if (!upgrading.isRequested()) {
        throw e;
      }
      LoggerFactory.getLogger(AgentMain.class).error("Not everything stopped in order.", e);
    } finally {
      stopping.stopped();
    }
    if (upgrading.isRequested() && !stopping.isBySignal()) {
      upgrading.replace(kept);
    }
  }

  /** What cannot be handed on is had back from the workers, as after a crash. */
  private static List<Passed> handOn(Agent agent) {
    try {
      return agent.handOn();
    } catch (IOException e) {
      LoggerFactory.getLogger(AgentMain.class)
          .error("The sockets cannot be handed on; the next program asks the workers for them.", e);
      return List.of();
    }
  }

  /**
   * A bug ends the agent at once: workers go on, and its next run takes over from what is
   * journaled, which is safer than going on with a part missing.
   */
  private static void die(Logger log, Thread thread, Throwable bug) {
    log.error("A bug: the agent ends, workers go on. thread={}", thread.getName(), bug);
    Runtime.getRuntime().halt(BUG);
  }

  /**
   * A signal begins the end of the virtual machine: it is held up until the agent has stopped in
   * order.
   */
  private static final class Stopping {
    private final CountDownLatch stop;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean bySignal;

    Stopping(CountDownLatch stop) {
      this.stop = stop;
    }

    void bySignal() {
      bySignal = true;
      stop.countDown();
      try {
        stopped.await();
        Runtime.getRuntime().halt(0); // Stopped in order: not the exit code of a signal.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void stopped() {
      stopped.countDown();
    }

    boolean isBySignal() {
      return bySignal;
    }
  }
}
