package dev.pointsman.agent.worker;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The agent's own name for one process; it never repeats on a host. Written {@code
 * RUN.WORKER.ATTEMPT}.
 *
 * @param run how often the agent had started with this app, as journaled
 * @param worker counts the workers that this run of the agent began
 * @param attempt counts the processes of that worker: a restart after a crash is the next one
 */
public record Incarnation(long run, long worker, int attempt) implements Comparable<Incarnation> {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,12})\\.([0-9]{1,12})\\.([0-9]{1,9})");

  /** Parses what {@link #toString} writes. */
  public static Optional<Incarnation> parse(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches()
        ? Optional.of(
            new Incarnation(
                Long.parseLong(parts.group(1)),
                Long.parseLong(parts.group(2)),
                Integer.parseInt(parts.group(3))))
        : Optional.empty();
  }

  @JsonCreator
  static Incarnation fromJson(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an incarnation: " + text));
  }

  /** The process that is started when this one has ended without being asked to. */
  Incarnation next() {
    return new Incarnation(run, worker, attempt + 1);
  }

  @Override
  public int compareTo(Incarnation other) {
    int byRun = Long.compare(run, other.run);
    int byWorker = byRun != 0 ? byRun : Long.compare(worker, other.worker);
    return byWorker != 0 ? byWorker : Integer.compare(attempt, other.attempt);
  }

  @Override
  @JsonValue
  public String toString() {
    return run + "." + worker + "." + attempt;
  }
}
