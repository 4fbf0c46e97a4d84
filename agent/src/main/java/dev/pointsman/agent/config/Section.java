package dev.pointsman.agent.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * One table of a file: hands out checked values and remembers which keys were asked for, so that
 * {@link #refuseOthers} can refuse the rest. A mistake is noted and a placeholder returned; the
 * configuration is then refused as a whole, so a placeholder is never used.
 */
final class Section {
  private static final String DURATION_RULE =
      "must be a duration, as \"250ms\", \"10s\", \"5m\", \"1h\" or \"7d\"";
  private static final String SIZE_RULE =
      "must be a size, as \"64KiB\", \"10MiB\", \"2GiB\" or a number of bytes";

  private final Path file;
  private final String name;
  private final @Nullable TomlTable table;
  private final TomlPosition start;
  private final Mistakes mistakes;
  private final Set<String> known = new LinkedHashSet<>();

  Section(
      Path file, String name, @Nullable TomlTable table, TomlPosition start, Mistakes mistakes) {
    this.file = file;
    this.name = name;
    this.table = table;
    this.start = start;
    this.mistakes = mistakes;
  }

  /** The table below {@code key}; an empty one where it is absent. */
  Section section(String key) {
    Object value = value(key);
    if (value instanceof TomlTable inner) {
      return new Section(file, path(key), inner, position(key), mistakes);
    }
    if (value != null) {
      refuse(key, "must be a section: write [" + path(key) + "] on a line of its own");
    }
    return new Section(file, path(key), null, start, mistakes);
  }

  boolean has(String key) {
    return value(key) != null;
  }

  Optional<String> text(String key) {
    Object value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text)) {
      refuse(key, "must be text in quotes");
      return Optional.empty();
    }
    if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
      refuse(key, "must not be empty or have control characters");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  String text(String key, String fallback) {
    return text(key).orElse(fallback);
  }

  /** A whole number from {@code least} to {@code most}. */
  long whole(String key, long fallback, long least, long most) {
    Object value = value(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Long number && number >= least && number <= most) {
      return number;
    }
    refuse(key, "must be a whole number from " + least + " to " + most);
    return fallback;
  }

  int whole(String key, int fallback, int least, int most) {
    return Math.toIntExact(whole(key, (long) fallback, least, most));
  }

  boolean flag(String key, boolean fallback) {
    Object value = value(key);
    if (value != null && !(value instanceof Boolean)) {
      refuse(key, "must be true or false");
    }
    return value instanceof Boolean flag ? flag : fallback;
  }

  /** A duration of at least {@code least}. */
  Duration duration(String key, Duration fallback, Duration least) {
    Object value = value(key);
    if (value == null) {
      return fallback;
    }
    Optional<Duration> duration =
        value instanceof String text ? Units.duration(text) : Optional.empty();
    if (duration.isEmpty()) {
      refuse(key, DURATION_RULE);
    } else if (duration.get().compareTo(least) < 0) {
      refuse(key, "must be at least " + Units.text(least));
    } else {
      return duration.get();
    }
    return fallback;
  }

  /** A duration of at least {@code least}; empty for {@code "never"}. */
  Optional<Duration> durationOrNever(String key, Duration fallback, Duration least) {
    return "never".equals(value(key))
        ? Optional.empty()
        : Optional.of(duration(key, fallback, least));
  }

  /** A number of bytes from {@code least} to {@code most}. */
  long size(String key, long fallback, long least, long most) {
    Object value = value(key);
    if (value == null) {
      return fallback;
    }
    Optional<Long> size =
        switch (value) {
          case Long bytes when bytes >= 0 -> Optional.of(bytes);
          case String text -> Units.size(text);
          default -> Optional.empty();
        };
    if (size.isEmpty()) {
      refuse(key, SIZE_RULE);
    } else if (size.get() < least || size.get() > most) {
      refuse(key, "must be from " + Units.text(least) + " to " + Units.text(most));
    } else {
      return size.get();
    }
    return fallback;
  }

  /** A list of texts, none of them empty. */
  Optional<List<String>> texts(String key, String example) {
    Object value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof TomlArray array) {
      for (Object item : array.toList()) {
        if (item instanceof String text && !text.isEmpty() && text.indexOf('\0') < 0) {
          texts.add(text);
        }
      }
      if (texts.size() == array.size() && !texts.isEmpty()) {
        return Optional.of(texts);
      }
    }
    refuse(key, "must be a list of texts, as " + example);
    return Optional.empty();
  }

  /** A text, or a list of texts. */
  List<String> textOrTexts(String key, String example) {
    return isList(key)
        ? texts(key, example).orElse(List.of())
        : text(key).map(List::of).orElse(List.of());
  }

  /** Whether there is a list. */
  boolean isList(String key) {
    return value(key) instanceof TomlArray;
  }

  /** Every key of this section as a variable; the values may be secrets and are never shown. */
  Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    if (table == null) {
      return variables;
    }
    for (String key : table.keySet()) {
      Optional<String> broken = EnvName.broken(key);
      if (broken.isPresent()) {
        note(key, path(key) + ": " + broken.get());
      } else if (value(key) instanceof String text && text.indexOf('\0') < 0) {
        variables.put(key, text);
      } else {
        note(key, path(key) + ": must be text in quotes");
      }
    }
    return variables;
  }

  /** Notes that the value of {@code key} breaks {@code rule}. */
  void refuse(String key, String rule) {
    note(key, path(key) + " = " + shown(value(key)) + ": " + rule);
  }

  /** Notes that {@code key} has to be there. */
  void missing(String key, String example) {
    mistakes.add(
        new Mistake(
            file,
            start.line(),
            start.column(),
            path(key) + " is missing; write, for example, " + example));
  }

  /** Notes every key that nobody asked for. */
  void refuseOthers() {
    if (table == null) {
      return;
    }
    for (String key : table.keySet()) {
      if (!known.contains(key)) {
        String meant =
            Suggestion.nearest(key, known)
                .map(near -> "did you mean " + near + "?")
                .orElse("known are " + String.join(", ", known));
        note(key, path(key) + " is not known here; " + meant);
      }
    }
  }

  private void note(String key, String message) {
    TomlPosition where = position(key);
    mistakes.add(new Mistake(file, where.line(), where.column(), message));
  }

  private TomlPosition position(String key) {
    TomlPosition where = table == null ? null : table.inputPositionOf(List.of(key));
    return where == null ? start : where;
  }

  private @Nullable Object value(String key) {
    known.add(key);
    return table == null ? null : table.get(List.of(key));
  }

  private String path(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "(default)";
      case String text -> '"' + text + '"';
      case TomlTable _ -> "{...}";
      case TomlArray array -> array.toList().toString();
      default -> value.toString();
    };
  }
}
