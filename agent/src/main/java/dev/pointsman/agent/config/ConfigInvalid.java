package dev.pointsman.agent.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration is refused as a whole; the message has one line per mistake. */
public final class ConfigInvalid extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Mistake> mistakes;

  ConfigInvalid(List<Mistake> mistakes) {
    super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")));
    this.mistakes = List.copyOf(mistakes);
  }

  /** All that is wrong, by file and line. */
  public List<Mistake> mistakes() {
    return mistakes;
  }
}
