package dev.pointsman.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The events of an app, followed with curl. */
final class EventStream implements Started {
  private final Path output;
  private final Process curl;

  private EventStream(Path output, Process curl) {
    this.output = output;
    this.curl = curl;
  }

  /** Follows from the first event that is kept. */
  static EventStream follow(Host host, String app) throws Exception {
    Path output = host.root().resolve("events-" + app + ".txt");
    Process curl =
        new Command(
                List.of(
                    "curl",
                    "-sSN",
                    "--unix-socket",
                    host.socket().toString(),
                    "http://localhost/v1/events?since=0&app=" + app),
                host.root(),
                Map.of())
            .start(output);
    return new EventStream(output, curl);
  }

  /** Returns when these have been told, in this order, with any others between: {@code TYPE ID}. */
  void hasTold(String... expected) throws Exception {
    Eventually.until(
        "events " + List.of(expected),
        Duration.ofSeconds(10),
        () -> {
          List<String> missing = new ArrayList<>(List.of(expected));
          List<String> told = told();
          told.forEach(event -> {
            if (!missing.isEmpty() && missing.getFirst().equals(event)) {
              missing.removeFirst();
            }
          });
          return missing.isEmpty() ? "" : "without " + missing + ": " + told;
        });
  }

  private List<String> told() throws Exception {
    List<String> told = new ArrayList<>();
    for (String line : Files.readAllLines(output)) {
      if (line.startsWith("data: ") && line.endsWith("}")) {
        JsonNode event = Host.JSON.readTree(line.substring(6));
        told.add(
            event.get("type").asText() + " " + event.path("data").path("deployment").asText("-"));
      }
    }
    return told;
  }

  @Override
  public void end() throws Exception {
    curl.destroyForcibly().waitFor();
  }
}
