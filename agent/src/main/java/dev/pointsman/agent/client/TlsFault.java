package dev.pointsman.agent.client;

import dev.pointsman.agent.pull.Fetcher;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Words for a connection over TLS that was not made because of who answered. */
final class TlsFault {
  private static final int DEEPEST = 16;

  private TlsFault() {}

  /** What {@code failure} means, where it is about the certificate that was shown. */
  static Optional<Fetcher.Untrusted> of(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable at = failure; at != null && causes.size() < DEEPEST; at = at.getCause()) {
      causes.add(at);
    }
    boolean certificate =
        causes.stream().anyMatch(CertificateException.class::isInstance)
            || causes.stream().anyMatch(CertPathBuilderException.class::isInstance);
    if (!certificate || causes.stream().noneMatch(SSLException.class::isInstance)) {
      return Optional.empty();
    }
    return Optional.of(new Fetcher.Untrusted(words(causes), failure));
  }

  private static String words(List<Throwable> causes) {
    String last = String.valueOf(causes.getLast().getMessage());
    if (has(causes, CertificateExpiredException.class)) {
      return "its certificate has expired ("
          + last
          + "). Renew it there; is this host's clock right?";
    }
    if (has(causes, CertificateNotYetValidException.class)) {
      return "its certificate is not valid yet (" + last + "). Is this host's clock right?";
    }
    if (has(causes, CertPathBuilderException.class)) {
      return "its certificate is signed by nobody who is trusted here. Name the right authority in"
          + " 'ca' of [pull].";
    }
    return "its certificate is not for this host (" + last + "). Use the name that it is for.";
  }

  private static boolean has(List<Throwable> causes, Class<? extends Throwable> kind) {
    return causes.stream().anyMatch(kind::isInstance);
  }
}
