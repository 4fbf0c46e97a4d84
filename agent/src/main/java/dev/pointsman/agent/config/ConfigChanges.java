package dev.pointsman.agent.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What differs between the configuration that the agent goes by and the files as they are now, by
 * the names of the keys, and what becomes of it. Pure.
 *
 * @param live counts from now on: for the workers that begin from now on, and for what decides
 * @param deployed counts for workers of the next deployment
 * @param start counts after the next start of the agent
 */
public record ConfigChanges(List<String> live, List<String> deployed, List<String> start) {
  private static final Set<String> LIVE =
      Set.of("scale", "health", "roll", "restart", "keepReleases", "failedRetention");
  private static final Set<String> DEPLOYED =
      Set.of(
          "instances",
          "command",
          "workingDirectory",
          "user",
          "env",
          "envFile",
          "gate",
          "resources");

  public ConfigChanges {
    live = List.copyOf(live);
    deployed = List.copyOf(deployed);
    start = List.copyOf(start);
  }

  /** What of an app's file has changed. */
  public static ConfigChanges between(AppConfig was, AppConfig is) {
    List<String> live = new ArrayList<>();
    List<String> deployed = new ArrayList<>();
    List<String> start = new ArrayList<>();
    for (String name : differing(AppConfig.class, was, is)) {
      List<String> where = LIVE.contains(name) ? live : DEPLOYED.contains(name) ? deployed : start;
      where.add(RecordKeys.key(name));
    }
    return new ConfigChanges(live, deployed, start);
  }

  /** What of the host's file has changed: a start is needed for any of it. */
  public static List<String> between(HostConfig was, HostConfig is) {
    return differing(HostConfig.class, was, is).stream()
        .filter(name -> !name.equals("apps"))
        .map(RecordKeys::key)
        .toList();
  }

  private static <R extends Record> List<String> differing(Class<R> type, R was, R is) {
    List<String> names = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      if (!RecordKeys.value(component, was).equals(RecordKeys.value(component, is))) {
        names.add(component.getName());
      }
    }
    return names;
  }
}
