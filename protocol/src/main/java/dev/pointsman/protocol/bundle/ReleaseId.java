package dev.pointsman.protocol.bundle;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The publisher's name for a release: {@code [A-Za-z0-9][A-Za-z0-9._-]{0,79}}, no {@code ..}, none
 * of the names the agent uses itself.
 */
public record ReleaseId(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,79}");
  private static final Set<String> RESERVED =
      Set.of("current", "previous", "published", "incoming", "store");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ReleaseId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "not a release id: '" + value + "' (" + FORM + ", no '..', not one of " + RESERVED + ")");
    }
  }

  /** The id, or empty where {@code text} is not one. */
  public static Optional<ReleaseId> parse(String text) {
    return isValid(text) ? Optional.of(new ReleaseId(text)) : Optional.empty();
  }

  private static boolean isValid(String text) {
    return FORM.matcher(text).matches() && !text.contains("..") && !RESERVED.contains(text);
  }

  @Override
  public String toString() {
    return value;
  }
}
