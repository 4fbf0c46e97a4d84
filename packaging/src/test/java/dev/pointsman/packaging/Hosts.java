package dev.pointsman.packaging;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes hosts for tests and ends them afterwards, whatever became of the test; after a failure it
 * prints what their agents logged last.
 */
final class Hosts implements AfterEachCallback, AfterAllCallback {
  private static final int LINES_SHOWN = 60;

  private final boolean shared;
  private final List<Host> open = new ArrayList<>();

  private Hosts(boolean shared) {
    this.shared = shared;
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("hosts").unstarted(this::endQuietly));
  }

  /** Their hosts live as long as one test. */
  static Hosts forEachTest() {
    return new Hosts(false);
  }

  /** Their hosts live as long as the class. */
  static Hosts forTheClass() {
    return new Hosts(true);
  }

  /** A host without apps, whose agent is not started. */
  Host make() throws Exception {
    return make(RunAs.THIS_USER);
  }

  /** The same, for another user. */
  Host make(RunAs user) throws Exception {
    Host host = new Host(user);
    synchronized (open) {
      open.add(host);
    }
    return host;
  }

  /** A host with app {@code web} on a free port, whose agent runs. */
  Host start() throws Exception {
    return start(AppFile.quick(Ports.free()));
  }

  /** A host with app {@code web}, whose agent runs. */
  Host start(AppFile web) throws Exception {
    Host host = make();
    host.configure("web", web);
    host.agent().start();
    return host;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    after(context, !shared);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    after(context, true);
  }

  private void after(ExtensionContext context, boolean end) throws Exception {
    List<Host> hosts;
    synchronized (open) {
      hosts = List.copyOf(open);
      if (end) {
        open.clear();
      }
    }
    if (context.getExecutionException().isPresent()) {
      for (Host host : hosts) {
        System.err.println(
            "--- "
                + context.getDisplayName()
                + ": the agent's log of "
                + host.root()
                + "\n"
                + host.agent().lastLines(LINES_SHOWN));
      }
    }
    if (end) {
      for (Host host : hosts) {
        host.end();
      }
    }
  }

  private void endQuietly() {
    try {
      List<Host> hosts;
      synchronized (open) {
        hosts = List.copyOf(open);
      }
      for (Host host : hosts) {
        host.end();
      }
    } catch (Exception e) {
      System.err.println("a host could not be ended: " + e);
    }
  }
}
