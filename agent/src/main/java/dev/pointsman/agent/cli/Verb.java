package dev.pointsman.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One command: parses, asks, prints, and returns an exit code. */
abstract class Verb implements Callable<Integer> {
  private final Session session;

  @Option(names = "--json", description = "Print JSON, as the API has it.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli acts on it.
  private boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  Verb(Session session) {
    this.session = session;
  }

  Session session() {
    return session;
  }

  boolean json() {
    return json;
  }

  Console console() {
    return json ? session.console().forJson() : session.console();
  }

  /** A mistake in the command line; the caller throws it. */
  ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
