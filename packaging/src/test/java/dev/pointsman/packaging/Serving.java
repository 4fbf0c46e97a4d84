package dev.pointsman.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Whether a host is in the one state that is right while a release serves. */
final class Serving {
  private Serving() {}

  /** Empty where {@code release}, and nothing else, serves {@code app}. */
  static String whatIsWrong(Host host, String app, String release) throws Exception {
    JsonNode status = host.status(app);
    if (!status.get("release").asText().equals(release)) {
      return "the wanted release is " + status.get("release");
    }
    if (!status.get("condition").asText().equals("healthy")) {
      return "the app is " + status.get("condition") + ": " + status.get("workers");
    }
    String current = current(host, app);
    if (!current.equals("releases/" + release)) {
      return "current names " + current;
    }
    Set<Long> shown = new TreeSet<>();
    Set<Integer> slots = new TreeSet<>();
    Set<String> generations = new TreeSet<>();
    for (JsonNode worker : status.get("workers")) {
      if (!worker.get("state").asText().equals("online")
          || !worker.get("release").asText().equals(release)) {
        return "not an online worker of " + release + ": " + worker;
      }
      shown.add(worker.get("pid").asLong());
      slots.add(worker.get("slot").asInt());
      generations.add(worker.get("generation").asText());
    }
    if (slots.size() != status.get("instances").asInt() || shown.size() != slots.size()) {
      return "slots " + slots + ", pids " + shown;
    }
    if (generations.size() != 1) {
      return "several generations: " + generations;
    }
    Set<Long> there = Processes.workersBelow(host.run().resolve(app));
    there.removeIf(pid -> !Processes.leadsASession(pid)); // What a worker started is its own.
    return there.equals(shown) ? "" : "processes " + there + " while " + shown + " are shown";
  }

  /** What {@code current} names; empty for nothing. */
  static String current(Host host, String app) throws Exception {
    Path link = host.app(app).resolve("current");
    return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
  }
}
