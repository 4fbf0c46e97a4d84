package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.api.WorkerStateName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Apps as text for a terminal: what {@code Accept: text/plain} and {@code pointsman status} give.
 */
public final class StatusTable {
  private StatusTable() {}

  /** One line for each app, then what an operator should know. */
  public static String apps(List<AppResource> apps, Instant now) {
    if (apps.isEmpty()) {
      return "no apps\n";
    }
    TextTable table =
        new TextTable("APP", "CONDITION", "RELEASE", "WORKERS", "LISTEN", "DEPLOYMENT");
    List<String> notices = new ArrayList<>();
    for (AppResource app : apps) {
      DeploymentResource last = app.deployment();
      table.row(
          app.app(),
          word(app.condition()),
          orDash(app.release()),
          online(app) + "/" + app.instances() + (app.scaled() == null ? "" : "*") + " online",
          app.listen(),
          last == null ? "-" : brief(last, now));
      remarks(app, now).forEach(remark -> notices.add(app.app() + ": " + remark));
    }
    return table + lines("", notices);
  }

  private static List<String> remarks(AppResource app, Instant now) {
    List<String> remarks = new ArrayList<>();
    AppResource.Stopped stopped = app.stopped();
    if (stopped != null) {
      remarks.add("stopped by " + stopped.by() + ", since " + span(stopped.at(), now));
    }
    AppResource.Scaled scaled = app.scaled();
    if (scaled != null) {
      remarks.add("* scaled by " + scaled.by() + "; the file says " + scaled.instances());
    }
    if (!app.pending().isEmpty()) {
      remarks.add("its files changed, which waits for a deployment: pointsman plan " + app.app());
    }
    remarks.addAll(app.notices());
    return remarks;
  }

  /** One app with its workers and its running or last deployment. */
  public static String app(AppResource app, Instant now) {
    StringBuilder text = new StringBuilder();
    text.append(app.app()).append(" is ").append(word(app.condition()));
    text.append(", release ").append(orDash(app.release()));
    text.append(", generation ").append(orDash(app.generation()));
    text.append(", ").append(online(app)).append('/').append(app.instances()).append(" online");
    text.append(" on ").append(app.listen()).append('\n');
    AppResource.Stopped stopped = app.stopped();
    if (stopped != null) {
      text.append("stopped by ").append(stopped.by()).append(", since ");
      text.append(span(stopped.at(), now)).append("; next: pointsman start ").append(app.app());
      text.append('\n');
    }
    AppResource.Scaled scaled = app.scaled();
    if (scaled != null) {
      text.append("scaled to ").append(app.instances()).append(" by ").append(scaled.by());
      text.append(", since ").append(span(scaled.at(), now));
      text.append("; the file says ").append(scaled.instances()).append('\n');
    }
    text.append(lines("pending: ", app.pending()));
    text.append(lines("notice: ", app.notices()));
    if (!app.workers().isEmpty()) {
      text.append('\n').append(workers(app.workers(), now));
      text.append(lines("", said(app.workers())));
    }
    if (app.deployment() != null) {
      text.append('\n').append(deployment(app.deployment(), now));
    }
    return text.toString();
  }

  /** What workers say of themselves, one line for each that does. */
  private static List<String> said(List<WorkerResource> workers) {
    return workers.stream()
        .filter(worker -> worker.said() != null)
        .map(worker -> "slot " + worker.slot() + " says: " + worker.said())
        .toList();
  }

  private static TextTable workers(List<WorkerResource> workers, Instant now) {
    TextTable table =
        new TextTable(
            "SLOT",
            "STATE",
            "FOR",
            "PID",
            "RELEASE",
            "RESTARTS",
            "REQUESTS",
            "RUNNING",
            "RSS",
            "LAST EXIT");
    for (WorkerResource worker : workers) {
      table.row(
          Integer.toString(worker.slot()),
          word(worker.state()),
          span(worker.since(), now),
          worker.pid() == null ? "-" : worker.pid().toString(),
          worker.release(),
          Integer.toString(worker.restarts()),
          Long.toString(worker.requests()),
          Integer.toString(worker.inflight()),
          worker.rssBytes() == 0 ? "-" : (worker.rssBytes() >> 20) + " MiB",
          orDash(worker.lastExit()));
    }
    return table;
  }

  /** One deployment, with the evidence where it failed. */
  public static String deployment(DeploymentResource deployment, Instant now) {
    String from = deployment.fromRelease() == null ? "nothing" : deployment.fromRelease();
    StringBuilder text = new StringBuilder();
    text.append(word(deployment.kind())).append(' ').append(brief(deployment, now));
    text.append(": ").append(from).append(" -> ").append(deployment.toRelease());
    text.append(", asked for by ").append(deployment.requestedBy()).append('\n');
    FailureResource failure = deployment.failure();
    if (failure != null) {
      text.append("  ").append(failure.reason()).append(": ").append(failure.detail()).append('\n');
      append(text, "slot", failure.slot() == null ? null : failure.slot().toString());
      append(text, "exit", failure.exit());
      append(text, "setting", failure.setting());
      text.append(lines("  probe: ", failure.probes()));
      text.append(lines("  log: ", failure.log()));
      append(text, "next", failure.remedy());
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String name, @Nullable String value) {
    if (value != null) {
      text.append("  ").append(name).append(": ").append(TextTable.printable(value)).append('\n');
    }
  }

  private static String brief(DeploymentResource deployment, Instant now) {
    String head = deployment.id() + " " + word(deployment.state());
    Instant ended = deployment.endedAt();
    if (ended != null) {
      return head + " " + span(ended, now) + " ago";
    }
    return head
        + " ("
        + word(deployment.phase())
        + ", "
        + deployment.slotsDone()
        + "/"
        + deployment.slotsTotal()
        + " slots, since "
        + span(deployment.startedAt(), now)
        + ")";
  }

  private static long online(AppResource app) {
    return app.workers().stream()
        .filter(worker -> worker.state() == WorkerStateName.ONLINE)
        .map(WorkerResource::slot)
        .distinct()
        .count();
  }

  private static String lines(String prefix, List<String> lines) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append(prefix).append(TextTable.printable(line)).append('\n');
    }
    return text.toString();
  }

  private static String orDash(@Nullable String text) {
    return text == null ? "-" : text;
  }

  /** The word that JSON has for {@code value} too. */
  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** From {@code since} to {@code now} in one or two units, as {@code 3h12m}. */
  static String span(Instant since, Instant now) {
    Duration span = Duration.between(since, now);
    if (span.isNegative()) {
      return "0s";
    }
    if (span.toDays() > 0) {
      return span.toDays() + "d" + span.toHoursPart() + "h";
    }
    if (span.toHours() > 0) {
      return span.toHours() + "h" + span.toMinutesPart() + "m";
    }
    if (span.toMinutes() > 0) {
      return span.toMinutes() + "m" + span.toSecondsPart() + "s";
    }
    return span.toSeconds() + "s";
  }
}
