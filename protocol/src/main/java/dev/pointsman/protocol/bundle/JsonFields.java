package dev.pointsman.protocol.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The fields of one JSON object, taken one by one with their types; what was not taken when {@link
 * #noMore} is called was not known.
 */
final class JsonFields {
  private final ObjectNode object;
  private final String path;
  private final Set<String> taken = new HashSet<>();

  JsonFields(ObjectNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /** The name of {@code key} from the top of the file. */
  String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  boolean has(String key) {
    return object.has(key);
  }

  Optional<JsonFields> object(String key) throws Rejected {
    Optional<JsonNode> node = take(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get() instanceof ObjectNode inner) {
      return Optional.of(new JsonFields(inner, at(key)));
    }
    throw value(key, "must be an object");
  }

  /** The object under {@code key}, whatever it holds, as compact JSON. */
  Optional<String> raw(String key) throws Rejected {
    Optional<JsonNode> node = take(key);
    if (node.isPresent() && !node.get().isObject()) {
      throw value(key, "must be an object");
    }
    return node.map(JsonNode::toString);
  }

  Optional<String> string(String key) throws Rejected {
    Optional<JsonNode> node = take(key);
    if (node.isPresent() && !node.get().isTextual()) {
      throw value(key, "must be a string");
    }
    return node.map(JsonNode::textValue);
  }

  Optional<String> string(String key, Pattern form, String rule) throws Rejected {
    Optional<String> text = string(key);
    if (text.isPresent() && !form.matcher(text.get()).matches()) {
      throw value(key, "must be " + rule);
    }
    return text;
  }

  String requiredString(String key, Pattern form, String rule) throws Rejected {
    return required(key, string(key, form, rule));
  }

  String requiredString(String key) throws Rejected {
    return required(key, string(key));
  }

  long requiredLong(String key) throws Rejected {
    JsonNode node = required(key, take(key));
    if (!node.isIntegralNumber()) {
      throw value(key, "must be an integer");
    }
    return node.longValue();
  }

  int requiredInt(String key) throws Rejected {
    long number = requiredLong(key);
    if (number > Integer.MAX_VALUE) {
      throw value(key, "must be at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  /** A list of {@code least} to {@code most} strings. */
  Optional<List<String>> strings(String key, int least, int most) throws Rejected {
    Optional<JsonNode> node = take(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    int size = node.get().size();
    if (!node.get().isArray() || size < least || size > most) {
      throw value(key, "must be a list of " + least + " to " + most + " strings");
    }
    List<String> strings = new ArrayList<>();
    for (JsonNode element : node.get()) {
      if (!element.isTextual()) {
        throw value(key, "must hold strings only");
      }
      strings.add(element.textValue());
    }
    return Optional.of(strings);
  }

  /** A list of 1 to {@code most} different strings of a form. */
  Optional<List<String>> strings(String key, int most, Pattern form, String rule) throws Rejected {
    Optional<List<String>> strings = strings(key, 1, most);
    for (String string : strings.orElse(List.of())) {
      if (!form.matcher(string).matches()) {
        throw value(key, "holds something that is not " + rule);
      }
    }
    if (strings.isPresent() && new HashSet<>(strings.get()).size() < strings.get().size()) {
      throw value(key, "names something twice");
    }
    return strings;
  }

  /** The integers of a list of exactly {@code count}. */
  List<Long> integers(String key, int count) throws Rejected {
    JsonNode node = required(key, take(key));
    List<Long> integers = new ArrayList<>();
    for (JsonNode element : node) {
      if (node.isArray() && element.isIntegralNumber()) {
        integers.add(element.longValue());
      }
    }
    if (integers.size() != count || node.size() != count) {
      throw value(key, "must be a list of " + count + " integers");
    }
    return integers;
  }

  /** Refuses keys that nobody asked for. */
  void noMore() throws Rejected {
    for (var property : object.properties()) {
      String key = property.getKey();
      if (!taken.contains(key)) {
        String name = Shown.of(at(key));
        throw new Rejected(
            ErrorCode.JSON_UNKNOWN_KEY, "'" + name + "' is not a key of this format", name);
      }
    }
  }

  <T> T required(String key, Optional<T> value) throws Rejected {
    if (value.isEmpty()) {
      throw new Rejected(ErrorCode.JSON_VALUE, "'" + at(key) + "' is missing", at(key));
    }
    return value.get();
  }

  /** What is wrong with the value of {@code key}. */
  Rejected value(String key, String rule) {
    return new Rejected(
        ErrorCode.JSON_VALUE,
        "'" + at(key) + "' " + rule + ", but is " + Shown.of(object.path(key).toString()),
        at(key));
  }

  private Optional<JsonNode> take(String key) {
    taken.add(key);
    return Optional.ofNullable(object.get(key));
  }
}
