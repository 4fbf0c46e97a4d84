package dev.pointsman.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One host whose agent is killed by strace at its n-th call of one kind, counted per thread, while
 * a release is received and deployed and an older one is removed. After each kill the agent starts
 * again, and everything must be old or new, what was answered must be so, and the release must find
 * its way.
 */
final class CallSweep {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Host host;
  private final Map<String, Integer> kills = new TreeMap<>();
  private final List<String> report = new ArrayList<>();
  private long sequence;

  private CallSweep(Host host) {
    this.host = host;
  }

  /** A host that keeps no more releases than it must, so that each deployment removes one. */
  static CallSweep begin(Hosts hosts) throws Exception {
    Host host =
        hosts.start(
            AppFile.quick(Ports.free())
                .set("instances", "1")
                .set("keep_releases", "1")
                .set("roll.min_healthy_time", "\"50ms\""));
    CallSweep sweep = new CallSweep(host);
    for (int i = 0; i < 3; i++) {
      host.install(sweep.next());
    }
    return sweep;
  }

  private Bundle next() throws Exception {
    sequence++;
    return Bundle.plain(host, "r" + sequence, sequence, Behaviour.GOOD);
  }

  /** Whether the agent was killed: it may not make so many of these calls. */
  boolean strike(String call, int when) throws Exception {
    Bundle bundle = next();
    bundle.tar(); // Not while it is traced.
    Tracing tracing = Tracing.attach(host, call, when);
    Optional<Reply> reply;
    boolean killed;
    try {
      reply = send(bundle);
      if (reply.isPresent()) {
        awaitOverOrDead(reply.get().isOneOf(200, 201).json().get("deployment").asText());
      }
      killed = !host.agent().isAlive();
    } finally {
      tracing.end();
    }
    // The last of its calls may come after all that was waited for.
    killed = killed || !answers();
    if (killed) {
      if (!Files.isDirectory(host.app("web").resolve("current"))) { // Before anybody repairs it.
        throw new AssertionError(call + " " + when + ": current leads nowhere after the kill");
      }
      host.agent().start();
    }
    String what = "%s %d, %s: ".formatted(call, when, bundle.release());
    List<String> wrong = new ArrayList<>(DiskCheck.violations(host, "web"));
    if (reply.isPresent() && host.api("GET", path(bundle)).status() != 200) {
      wrong.add("the answered release is not there");
    }
    finish(bundle);
    wrong.addAll(DiskCheck.violations(host, "web"));
    report.add(what + (killed ? "killed" : "not killed") + (wrong.isEmpty() ? "" : " " + wrong));
    if (!wrong.isEmpty()) {
      throw new AssertionError(report.getLast());
    }
    if (killed) {
      kills.merge(call, 1, Integer::sum);
    }
    return killed;
  }

  private static String path(Bundle bundle) {
    return "/v1/apps/web/releases/" + bundle.release();
  }

  /** Nothing where the agent died of it. */
  private Optional<Reply> send(Bundle bundle) throws Exception {
    try {
      Reply reply = host.send(bundle, "?deploy=true");
      if (reply.status() >= 200) {
        return Optional.of(reply);
      }
      // Nothing, or the interim answer to Expect: 100-continue only.
    } catch (AssertionError e) {
      // The client ended without an answer.
    }
    Eventually.until("the agent is dead, as nothing else ends a request", this::isDead);
    return Optional.empty();
  }

  /** Whether the agent lives; one that was killed may take a moment to be gone. */
  private boolean answers() throws Exception {
    if (!isDead() && host.api("GET", "/healthz").status() == 200) {
      return true;
    }
    Eventually.until("the agent is dead, as it does not answer", this::isDead);
    return false;
  }

  private boolean isDead() {
    return !host.agent().isAlive();
  }

  private void awaitOverOrDead(String deployment) throws Exception {
    Eventually.until(
        deployment + " is over or the agent is dead",
        LIMIT,
        () -> {
          if (isDead()) {
            return "";
          }
          try {
            JsonNode now = host.get("/v1/deployments/" + deployment);
            String state = now.get("state").asText();
            return state.equals("running") || state.equals("reverting") ? state : "";
          } catch (AssertionError e) {
            return "no answer: " + e.getMessage();
          }
        });
  }

  /** What was interrupted ends by itself; the same again is accepted, and serves. */
  private void finish(Bundle bundle) throws Exception {
    JsonNode running = host.status("web").path("deployment");
    if (running.hasNonNull("id")) {
      host.awaitOver(running.get("id").asText());
    }
    host.send(bundle).isOneOf(200, 201);
    JsonNode last = host.status("web").path("deployment");
    boolean deployed =
        last.path("release").asText().equals(bundle.release())
            && last.path("state").asText().equals("successful");
    if (!deployed) {
      String id = host.deploy("web", bundle.release(), true).is(202).json().get("id").asText();
      JsonNode over = host.awaitOver(id);
      if (!over.get("state").asText().equals("successful")) {
        throw new AssertionError("the second try: " + over);
      }
    }
    host.awaitServing("web", bundle.release());
  }

  /** Writes what happened into {@code file}; how often the agent was killed at each call. */
  Map<String, Integer> conclude(Path file) throws IOException {
    report.add("kills: " + kills);
    System.out.println(report.getLast());
    Files.createDirectories(file.getParent());
    Files.write(file, report);
    return kills;
  }

  /** A strace that is attached to an agent. */
  private record Tracing(Process process, Path log) {
    static Tracing attach(Host host, String call, int when) throws Exception {
      Path log = Files.createTempFile(host.root(), "strace-", ".txt");
      Process process =
          new Command(
                  List.of(
                      "strace",
                      "-f",
                      "-e",
                      "trace=" + call,
                      "-e",
                      "inject=" + call + ":signal=KILL:when=" + when,
                      "-o",
                      "/dev/null",
                      "-p",
                      Long.toString(host.agent().pid())),
                  host.root(),
                  Map.of())
              .start(log);
      Tracing tracing = new Tracing(process, log);
      Eventually.until("strace is attached", LIMIT, tracing::notAttached);
      return tracing;
    }

    private String notAttached() throws Exception {
      String said = Files.readString(log);
      if (!process.isAlive()) {
        throw new AssertionError("strace ended, it may need root or ptrace_scope 0: " + said);
      }
      return said.contains("attached") ? "" : said;
    }

    void end() throws Exception {
      process.destroy();
      if (!process.waitFor(30, java.util.concurrent.TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }
}
