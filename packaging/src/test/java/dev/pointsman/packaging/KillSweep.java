package dev.pointsman.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One host under load whose agent is killed again and again: each time while a release is sent and
 * deployed, at a moment of the caller's choice. After each the host must be in one of the states
 * that a deployment ends in, and nothing may be left over.
 */
final class KillSweep {
  /** The second worker of a release that must revert crashes, so that the first has to go back. */
  private static final String SPARE = ".spare-";

  private static final Behaviour BAD = Behaviour.CRASHES_AT_START.fromSlot(1);

  private static final Set<String> IN_AN_APPS_FOLDER =
      Set.of("current", "generations", "journal", "logs", "meta", "releases");

  private final Host host;
  private final Load load;
  private final Map<String, Integer> tally = new TreeMap<>();
  private final List<String> report = new ArrayList<>();
  private String serving = "r0";
  private long sequence = 1;

  private KillSweep(Host host, Load load) {
    this.host = host;
    this.load = load;
  }

  /** A host where a first release serves under load. */
  static KillSweep begin(Hosts hosts) throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r0", 1, Behaviour.GOOD));
    host.awaitServing("web", "r0");
    return new KillSweep(host, host.load("web", 60));
  }

  /**
   * When it was, as the journal tells afterwards.
   *
   * @param entries of the deployment that had been written
   * @param over nothing was left to disturb
   */
  record Struck(int entries, boolean over) {}

  /** The moment of the kill: returns when it has come. */
  interface Moment {
    /** {@code attempt}: what is under way. */
    void await(Attempt attempt) throws Exception;
  }

  /**
   * A release on its way.
   *
   * @param deployment the id that its deployment will have
   */
  record Attempt(Bundle bundle, String deployment, Path journal, long sentAt) {
    /** How many of its entries are in the journal. */
    int entries() throws Exception {
      try (Stream<String> lines = Files.lines(journal)) {
        return (int) lines.filter(line -> line.contains('"' + deployment + '"')).count();
      }
    }

    /** The deployment's last entry is in the journal. */
    boolean isOver() throws Exception {
      try (Stream<String> lines = Files.lines(journal)) {
        return lines.anyMatch(
            line -> line.contains('"' + deployment + '"') && line.contains("\"type\":\"ended\""));
      }
    }
  }

  /** Returns as soon as the {@code count}-th entry of the deployment is in the journal. */
  static Moment entry(int count) {
    return attempt -> {
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (attempt.entries() < count && !attempt.isOver()) { // No pause: the next is soon there.
        if (System.nanoTime() - end >= 0) {
          throw new AssertionError(
              "entry " + count + " did not come; there are " + attempt.entries());
        }
      }
    };
  }

  /** Returns so many milliseconds after the bundle began to be sent. */
  static Moment after(long millis) {
    return attempt -> {
      long end = attempt.sentAt() + millis * 1_000_000;
      Eventually.until("the moment", () -> System.nanoTime() - end >= 0);
    };
  }

  /** How long a release takes from being sent to being served, undisturbed. */
  Duration undisturbed() throws Exception {
    long began = System.nanoTime();
    Bundle bundle = next(true);
    host.install(bundle);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    serving = bundle.release();
    host.awaitServing("web", serving);
    return took;
  }

  /** Sends and deploys a release, kills the agent, starts it again, and looks at everything. */
  Struck strike(boolean good, Moment moment) throws Exception {
    Bundle bundle = next(good);
    Path tar = bundle.tar();
    Attempt attempt =
        new Attempt(
            bundle,
            "web-" + (deployments() + 1),
            host.app("web").resolve("journal"),
            System.nanoTime());
    Process curl = send(bundle, tar);
    Struck struck;
    try {
      moment.await(attempt);
      host.agent().kill();
      struck = new Struck(attempt.entries(), attempt.isOver());
    } finally {
      curl.destroyForcibly().waitFor();
    }
    host.agent().start();

    String outcome = outcome(attempt);
    if (outcome.equals("successful")) {
      serving = bundle.release();
    }
    note(
        "%s release %s, killed after %d entries%s"
            .formatted(
                good ? "good" : "bad",
                bundle.release(),
                struck.entries(),
                struck.over() ? " (its end)" : ""),
        outcome);
    check(good, outcome);
    return struck;
  }

  private void check(boolean good, String outcome) throws Exception {
    Set<String> allowed =
        good
            ? Set.of("not begun", "successful", "reverted", "failed")
            : Set.of("not begun", "reverted", "failed");
    if (!allowed.contains(outcome)) {
      throw new AssertionError("a " + (good ? "good" : "bad") + " release must not be " + outcome);
    }
    host.awaitServing("web", serving);
    Eventually.until("nothing is left over", Duration.ofSeconds(10), () -> leftovers(outcome));
    load.proceeds(10);
    load.hasNotFailed();
  }

  /** What became of it; "not begun" where the kill came before the first entry. */
  private String outcome(Attempt attempt) throws Exception {
    Optional<JsonNode> found = Optional.empty();
    for (JsonNode deployment : host.get("/v1/apps/web/deployments").get("deployments")) {
      if (deployment.get("id").asText().equals(attempt.deployment())) {
        found = Optional.of(deployment);
      }
    }
    return found.isEmpty()
        ? "not begun"
        : host.awaitOver(attempt.deployment()).get("state").asText();
  }

  private Process send(Bundle bundle, Path tar) throws Exception {
    return new Command(
            List.of(
                "curl",
                "-sS",
                "--unix-socket",
                host.socket().toString(),
                "-T",
                tar.toString(),
                "-H",
                "Content-Type: application/x-tar",
                "http://localhost/v1/apps/web/releases/" + bundle.release() + "?deploy=true"),
            host.root(),
            Map.of())
        .start(host.root().resolve("sweep-curl.txt"));
  }

  private Bundle next(boolean good) throws Exception {
    sequence++;
    return Bundle.plain(host, "r" + sequence, sequence, good ? Behaviour.GOOD : BAD);
  }

  private long deployments() throws Exception {
    String last = host.status("web").get("deployment").get("id").asText();
    return Long.parseLong(last.substring("web-".length()));
  }

  /** Empty where nothing half-made lies about. */
  private String leftovers(String outcome) throws Exception {
    List<String> found = new ArrayList<>();
    // An upload that was cut off keeps what came of it, until it is sent again or superseded.
    boolean mayWait = outcome.equals("not begun");
    found.addAll(
        names(host.state().resolve("incoming"), name -> !(mayWait && name.startsWith("web."))));
    found.addAll(names(host.app("web"), name -> !IN_AN_APPS_FOLDER.contains(name)));
    found.addAll(names(host.app("web").resolve("releases"), KillSweep::isLeftover));
    found.addAll(names(host.app("web").resolve("meta"), KillSweep::isLeftover));
    List<String> spares =
        names(host.app("web").resolve("releases"), name -> name.startsWith(SPARE));
    if (spares.size() > 1) {
      found.add("more than one spare tree: " + spares);
    }
    List<String> releases = names(host.app("web").resolve("releases"), name -> true);
    List<String> evidence = names(host.app("web").resolve("meta"), name -> true);
    if (!releases.equals(evidence)) {
      found.add("releases " + releases + " with evidence of " + evidence);
    }
    return found.isEmpty() ? "" : found.toString();
  }

  /** One tree that retention let go may wait to become the next release's. */
  private static boolean isLeftover(String name) {
    return name.startsWith(".") && !name.startsWith(SPARE);
  }

  private static List<String> names(Path directory, Predicate<String> wanted) throws Exception {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).filter(wanted).sorted().toList();
    }
  }

  private void note(String what, String outcome) throws Exception {
    tally.merge(outcome, 1, Integer::sum);
    String line = "%s: %s, %d requests so far".formatted(what, outcome, load.requests());
    report.add(line);
    System.out.println(line);
  }

  /** Ends the load, which must not have failed once; writes what happened into {@code file}. */
  void conclude(String title, Path file) throws Exception {
    long requests = load.stopWithoutFailure();
    report.add("%s: %s, 0 of %d requests failed".formatted(title, tally, requests));
    System.out.println(report.getLast());
    Files.createDirectories(file.getParent());
    Files.write(file, report);
  }
}
