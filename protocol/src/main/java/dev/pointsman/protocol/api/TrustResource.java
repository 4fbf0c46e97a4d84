package dev.pointsman.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is trusted on a host.
 *
 * @param problems what is wrong with the trust files, one sentence each; empty when all is well
 * @param keys the lines of {@code allowed_signers}; empty where they cannot be read
 */
public record TrustResource(List<String> problems, List<Key> keys, List<App> apps) {
  public TrustResource {
    problems = List.copyOf(problems);
    keys = List.copyOf(keys);
    apps = List.copyOf(apps);
  }

  /**
   * One line of {@code allowed_signers}.
   *
   * @param line counted from 1
   * @param principals whose key it is; of an authority, patterns of whom it may vouch for
   * @param authority whether it signs certificates
   * @param namespaces what for, patterns; empty: anything
   * @param state {@code valid}, {@code expired}, {@code not-yet}, {@code revoked}, or {@code
   *     other-namespace} for one that does not sign releases
   */
  public record Key(
      int line,
      List<String> principals,
      boolean authority,
      String type,
      String fingerprint,
      List<String> namespaces,
      @Nullable Instant validAfter,
      @Nullable Instant validBefore,
      String state) {
    public Key {
      principals = List.copyOf(principals);
      namespaces = List.copyOf(namespaces);
    }
  }

  /**
   * What one app asks for.
   *
   * @param tainted releases that were accepted only through what is revoked now
   */
  public record App(
      String app, List<Requirement> require, SequenceResource sequence, List<String> tainted) {
    public App {
      require = List.copyOf(require);
      tainted = List.copyOf(tainted);
    }
  }

  /**
   * One line of {@code require}.
   *
   * @param possible whether enough of those it names have a key that is valid now
   * @param able those who have
   */
  public record Requirement(String line, boolean possible, List<String> able) {
    public Requirement {
      able = List.copyOf(able);
    }
  }
}
