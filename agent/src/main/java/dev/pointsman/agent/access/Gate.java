package dev.pointsman.agent.access;

import dev.pointsman.protocol.api.Rejected;
import org.jspecify.annotations.Nullable;

/** Says who a caller is: one for the unix socket, one for TCP. */
@FunctionalInterface
public interface Gate {
  /** The caller who sent this {@code Authorization}; rejects with {@code auth.*}. */
  Caller admit(@Nullable String authorization) throws Rejected;

  /** Whoever may connect may do everything: the file's mode is the lock. */
  static Gate ofSocket() {
    return _ -> Caller.LOCAL;
  }
}
