package dev.pointsman.agent.config;

import java.lang.reflect.RecordComponent;
import java.util.Locale;

/** What a record of settings has, by the names that its keys have in a file. */
public final class RecordKeys {
  private RecordKeys() {}

  /** The component's value in {@code of}. */
  public static Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record's own accessor: " + component, e);
    }
  }

  /**
   * As {@code name} is written in a file: {@code workingDirectory} is {@code working_directory}.
   */
  public static String key(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
