package dev.pointsman.agent.systemd;

import dev.pointsman.agent.linux.DescriptorPassing;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Descriptors that the service manager keeps while this process is away, and starts the next one
 * with ({@code LISTEN_FDS}). It keeps as many as {@code FileDescriptorStoreMax=} of the unit says.
 */
public final class DescriptorStore {
  private static final Pattern NAME = Pattern.compile("[!-9;-~]{1,255}"); // No ':', no blanks.

  private final Optional<String> address;

  private DescriptorStore(Optional<String> address) {
    this.address = address;
  }

  /** That of the manager that {@code environment} names, if any. */
  public static DescriptorStore of(Map<String, String> environment) {
    return new DescriptorStore(
        Optional.ofNullable(environment.get("NOTIFY_SOCKET"))
            .filter(address -> address.length() > 1)
            .filter(address -> address.startsWith("/") || address.startsWith("@")));
  }

  /** One that keeps nothing. */
  public static DescriptorStore none() {
    return new DescriptorStore(Optional.empty());
  }

  /** Whether there is a manager. */
  public boolean isPresent() {
    return address.isPresent();
  }

  /** Has {@code descriptor} kept; one that is kept already is not kept twice. */
  public void keep(String name, int descriptor) throws IOException {
    tell("FDSTORE=1\nFDNAME=" + checked(name), List.of(descriptor));
  }

  /** Has all that are kept under {@code name} closed. */
  public void forget(String name) throws IOException {
    tell("FDSTOREREMOVE=1\nFDNAME=" + checked(name), List.of());
  }

  private void tell(String message, List<Integer> descriptors) throws IOException {
    if (address.isPresent()) {
      try {
        DescriptorPassing.send(address.get(), message, descriptors);
      } catch (IOException e) {
        throw new IOException(
            "the service manager at " + address.get() + " cannot be told: " + e.getMessage(), e);
      }
    }
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' is no name of a stored descriptor");
    }
    return name;
  }
}
