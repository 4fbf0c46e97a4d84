package dev.pointsman.agent.deployment;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shared sockets as they were bound last.
 *
 * @param first that of the app's first port
 * @param further those of the others, by address
 */
public record Sockets(
    AppEntry.@Nullable Listening first, Map<String, AppEntry.AlsoListening> further) {
  /** Nothing was bound yet. */
  static final Sockets NONE = new Sockets(null, Map.of());

  public Sockets {
    further = Map.copyOf(further);
  }

  /** What tells a socket from all others. */
  public record Known(long inode, String boot) {}

  /** That of the first port. */
  public Optional<Known> ofTheFirst() {
    return Optional.ofNullable(first).map(it -> new Known(it.inode(), it.boot()));
  }

  /** That of the further port at {@code address}. */
  public Optional<Known> of(String address) {
    return Optional.ofNullable(further.get(address)).map(it -> new Known(it.inode(), it.boot()));
  }

  Sockets with(AppEntry.Listening next) {
    return new Sockets(next, further);
  }

  Sockets with(AppEntry.AlsoListening next) {
    Map<String, AppEntry.AlsoListening> all = new HashMap<>(further);
    all.put(next.address(), next);
    return new Sockets(first, all);
  }
}
