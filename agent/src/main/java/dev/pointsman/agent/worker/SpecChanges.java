package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.RecordKeys;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How what workers are started from differs from what others are: for people, so without the values
 * of variables, which are secrets. Pure.
 *
 * @param added variables that were not there
 * @param removed variables that will not be there
 * @param changed variables with another value
 * @param settings everything else that differs
 */
public record SpecChanges(
    List<String> added, List<String> removed, List<String> changed, List<Setting> settings) {
  private static final Set<String> NOT_SETTINGS =
      Set.of("generation", "environment", "releaseDirectory");

  /** One setting, as a person reads it. */
  public record Setting(String name, String from, String to) {}

  public SpecChanges {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changed = List.copyOf(changed);
    settings = List.copyOf(settings);
  }

  /** Nothing differs. */
  public static final SpecChanges NONE =
      new SpecChanges(List.of(), List.of(), List.of(), List.of());

  /** From {@code was} to {@code is}. */
  public static SpecChanges between(WorkerSpec was, WorkerSpec is) {
    Map<String, String> before = was.environment();
    Map<String, String> after = is.environment();
    List<String> changed =
        before.keySet().stream()
            .filter(after::containsKey)
            .filter(key -> !Objects.equals(before.get(key), after.get(key)))
            .sorted()
            .toList();
    return new SpecChanges(
        without(after.keySet(), before.keySet()),
        without(before.keySet(), after.keySet()),
        changed,
        settings(was, is));
  }

  private static List<String> without(Collection<String> all, Collection<String> some) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(some);
    return List.copyOf(rest);
  }

  private static List<Setting> settings(WorkerSpec was, WorkerSpec is) {
    Map<String, String> from = texts(was);
    Map<String, String> to = texts(is);
    List<Setting> settings = new ArrayList<>();
    from.forEach((name, text) -> {
      String now = to.getOrDefault(name, "");
      if (!text.equals(now)) {
        settings.add(new Setting(name, text, now));
      }
    });
    return settings;
  }

  private static Map<String, String> texts(WorkerSpec spec) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (RecordComponent component : WorkerSpec.class.getRecordComponents()) {
      String name = component.getName();
      if (name.equals("workingDirectory")) {
        String below = spec.releaseDirectory().relativize(spec.workingDirectory()).toString();
        texts.put(RecordKeys.key(name), below.isEmpty() ? "." : below);
      } else if (!NOT_SETTINGS.contains(name)) {
        tell(RecordKeys.key(name), RecordKeys.value(component, spec), texts);
      }
    }
    return texts;
  }

  /** A group of settings is told one by one. */
  private static void tell(String name, Object value, Map<String, String> texts) {
    if (value instanceof Record group) {
      for (RecordComponent component : group.getClass().getRecordComponents()) {
        tell(
            name + "." + RecordKeys.key(component.getName()),
            RecordKeys.value(component, group),
            texts);
      }
      return;
    }
    texts.put(
        name,
        switch (value) {
          case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(" "));
          case Optional<?> optional -> optional.map(String::valueOf).orElse("not set");
          case Integer mask when name.endsWith(".umask") -> "%03o".formatted(mask);
          default -> String.valueOf(value);
        });
  }
}
