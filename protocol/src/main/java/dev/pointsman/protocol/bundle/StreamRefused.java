package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;

/**
 * A refusal on its way through an {@link java.io.InputStream}, whose methods can throw nothing
 * else. The readers of this package turn it back into {@link Rejected}; so must others who read
 * such a stream themselves.
 */
public final class StreamRefused extends IOException {
  private static final long serialVersionUID = 1L;

  private final Rejected rejected;

  /** Carries {@code rejected}. */
  public StreamRefused(Rejected rejected) {
    super(rejected.getMessage(), rejected);
    this.rejected = rejected;
  }

  /** The refusal. */
  public Rejected rejected() {
    return rejected;
  }
}
