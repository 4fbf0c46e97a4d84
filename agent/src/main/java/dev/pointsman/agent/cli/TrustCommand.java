package dev.pointsman.agent.cli;

import picocli.CommandLine.Command;

/** {@code pointsman trust}. */
@Command(name = "trust", description = "Who is trusted, and what that means for a bundle.")
final class TrustCommand extends Verb {
  TrustCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw usage("say what to do about trust: list, check or reset-sequence");
  }
}
