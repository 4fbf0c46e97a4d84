package dev.pointsman.agent.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** From the text of a request to values; what does not fit is refused, naming the place. */
final class Parse {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");

  private Parse() {}

  /** {@code true} or {@code false}; absent is false. */
  static boolean flag(@Nullable String text, String name) throws Rejected {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw new Rejected(ErrorCode.REQUEST_INVALID, "'" + text + "' is not true or false.", name);
  }

  /** As {@code 30s}, {@code 500ms}, {@code 1m}; absent is zero. */
  static Duration duration(@Nullable String text, String name, Duration most) throws Rejected {
    if (text == null) {
      return Duration.ZERO;
    }
    Matcher matcher = DURATION.matcher(text);
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration duration =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
          };
      if (duration.compareTo(most) <= 0) {
        return duration;
      }
    }
    throw new Rejected(
        ErrorCode.REQUEST_INVALID,
        "'" + text + "' is not a time as 30s or 500ms, of at most " + most.toSeconds() + "s.",
        name);
  }

  /** A JSON object with no other keys than {@code known}. */
  static JsonNode object(byte[] body, Set<String> known) throws Rejected {
    JsonNode node;
    try {
      node = Json.tree(body);
    } catch (JsonProcessingException e) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "Not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail to be read", e);
    }
    if (!node.isObject()) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The body is not one JSON object.");
    }
    for (String key : node.propertyStream().map(Map.Entry::getKey).toList()) {
      if (!known.contains(key)) {
        throw new Rejected(
            ErrorCode.REQUEST_INVALID, "The keys here are " + new TreeSet<>(known) + ".", key);
      }
    }
    return node;
  }

  /** The text under {@code key}, or null where it is absent or null. */
  static @Nullable String text(JsonNode object, String key) throws Rejected {
    JsonNode value = object.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The value is not a string.", key);
    }
    return value.textValue();
  }

  /** The boolean under {@code key}; absent is false. */
  static boolean flag(JsonNode object, String key) throws Rejected {
    JsonNode value = object.path(key);
    if (value.isMissingNode()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The value is not true or false.", key);
    }
    return value.booleanValue();
  }

  /** The whole number under {@code key}, or null where it is absent or null. */
  static @Nullable Integer whole(JsonNode object, String key) throws Rejected {
    JsonNode value = object.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The value is not a whole number.", key);
    }
    return value.intValue();
  }
}
