package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.http.Control;
import dev.pointsman.protocol.api.GarbageResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pointsman gc}. */
@Command(
    name = "gc",
    description = "Remove what retention and the store no longer need, in all apps of the host.")
final class GcCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Option(names = "--dry-run", description = "Only tell what would go.")
  private boolean dryRun;

  @Option(names = "--now", description = "Do not wait for the grace; spare trees go, too.")
  private boolean now;

  @Option(
      names = "--scrub",
      description = "Begin to read all content again and compare it with its digest.")
  private boolean scrub;

  GcCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<GarbageResource> answer = api.collect(new Control.Collecting(dryRun, now, scrub));
      console().result(json() ? answer.json() : said(answer.value()));
    }
    return ExitCode.SUCCESSFUL;
  }

  private static String said(GarbageResource found) {
    StringBuilder text = new StringBuilder();
    String would = found.dryRun() ? "would remove " : "removed ";
    found.releases().forEach(release -> text.append(would).append(release).append('\n'));
    if (found.spares() > 0) {
      text.append(would).append(found.spares()).append(" spare trees\n");
    }
    text.append(would)
        .append(found.blobs())
        .append(" unused files of the store, ")
        .append(Spans.bytes(found.bytes()))
        .append("; ")
        .append(found.keptBlobs())
        .append(" stay, ")
        .append(Spans.bytes(found.keptBytes()));
    if (found.scrubbing()) {
      text.append("\nall content is being read again; pointsman events tells what is damaged");
    }
    return text.toString();
  }
}
