package dev.pointsman.packaging;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** An app's configuration file: quick settings for tests, and what a test changes of them. */
final class AppFile {
  private final Map<String, String> settings = new LinkedHashMap<>();

  private AppFile() {}

  static AppFile quick(int port) {
    return new AppFile()
        .set("listen", quote("127.0.0.1:" + port))
        .set("instances", "2")
        .set("command", "[\"node\", \"server.js\"]")
        .set("health.interval", quote("200ms"))
        .set("health.timeout", quote("2s"))
        .set("roll.min_healthy_time", quote("500ms"))
        .set("roll.healthy_deadline", quote("20s"))
        .set("roll.drain_timeout", quote("10s"))
        .set("roll.kill_timeout", quote("5s"))
        .set("trust.require", "[\"1 of ci@web\"]");
  }

  /** Sets {@code key}, as {@code roll.drain_timeout}, to what stands right of the equals sign. */
  AppFile set(String key, String literal) {
    settings.put(key, literal);
    return this;
  }

  AppFile text(String key, String value) {
    return set(key, quote(value));
  }

  String toml() {
    Map<String, StringBuilder> sections = new TreeMap<>();
    settings.forEach((key, literal) -> {
      int dot = key.indexOf('.');
      String section = dot < 0 ? "" : key.substring(0, dot);
      sections
          .computeIfAbsent(
              section, name -> new StringBuilder(name.isEmpty() ? "" : "[" + name + "]\n"))
          .append(key.substring(dot + 1) + " = " + literal + "\n");
    });
    return String.join("", sections.values());
  }

  private static String quote(String value) {
    return '"' + value + '"';
  }
}
