package dev.pointsman.protocol.bundle;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/** The name of an app: {@code [a-z][a-z0-9-]{0,38}}. */
public record AppName(@JsonValue String value) implements Comparable<AppName> {
  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,38}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public AppName {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not an app name: '" + value + "' (" + FORM + ")");
    }
  }

  /** The name, or empty where {@code text} is not one. */
  public static Optional<AppName> parse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new AppName(text)) : Optional.empty();
  }

  @Override
  public int compareTo(AppName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
