package dev.pointsman.agent;

import dev.pointsman.agent.crash.Effect;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The mistakes that the order of writes guards against, made in the record of a run: what would
 * have been recorded of an agent that makes them.
 */
final class CrashPlants {
  private CrashPlants() {}

  /**
   * One mistake.
   *
   * @param make takes the record of a right run
   * @param shows what its own check says; what else is found would prove less
   */
  record Plant(String name, UnaryOperator<List<Effect>> make, String shows) {}

  static List<Plant> all() {
    String half = "is visible and not complete";
    String object = "the object ";
    return List.of(
        new Plant("no sync before the rename", log -> without(log, Effect.AllSynced.class), object),
        new Plant("only directories are synced", CrashPlants::directoriesOnly, object),
        new Plant("renamed before it is synced", CrashPlants::renameFirst, object),
        new Plant("built in place", CrashPlants::builtInPlace, half),
        new Plant(
            "parents are not synced", log -> without(log, Effect.DirectorySynced.class), half),
        new Plant(
            "the journal is not synced",
            log -> without(log, Effect.FileSynced.class),
            "is damaged, and others follow it"),
        new Plant(
            "current is unlinked, then made again",
            CrashPlants::unlinkedFlip,
            "current leads nowhere"));
  }

  private static List<Effect> without(List<Effect> log, Class<? extends Effect> type) {
    return log.stream().filter(effect -> !type.isInstance(effect)).toList();
  }

  /** Every directory that there is by then, and no file. */
  private static List<Effect> directoriesOnly(List<Effect> log) {
    List<Effect> planted = new ArrayList<>();
    Set<Integer> directories = new HashSet<>(Set.of(0));
    for (Effect effect : log) {
      if (effect instanceof Effect.Created it && it.kind() == Effect.Kind.DIRECTORY) {
        directories.add(it.inode());
      }
      if (effect instanceof Effect.AllSynced) {
        directories.forEach(inode -> planted.add(new Effect.DirectorySynced(inode)));
      } else {
        planted.add(effect);
      }
    }
    return planted;
  }

  /** The sync of all comes after the renames of directories that follow it. */
  private static List<Effect> renameFirst(List<Effect> log) {
    List<Effect> planted = new ArrayList<>(log);
    Set<Integer> directories = directories(log);
    for (int at = log.size() - 1; at >= 0; at--) {
      if (planted.get(at) instanceof Effect.AllSynced) {
        int last = at;
        for (int i = at + 1, renames = 0; i < planted.size() && renames < 2; i++) {
          if (planted.get(i) instanceof Effect.Renamed it && directories.contains(it.inode())) {
            renames++;
            last = i;
          }
        }
        planted.add(last, planted.remove(at));
      }
    }
    return planted;
  }

  /** What becomes a release has its last name from the beginning. */
  private static List<Effect> builtInPlace(List<Effect> log) {
    Set<Integer> directories = directories(log);
    Map<Integer, Effect.Renamed> published = new LinkedHashMap<>();
    for (Effect effect : log) {
      if (effect instanceof Effect.Renamed it && directories.contains(it.inode())) {
        published.putIfAbsent(it.inode(), it);
      }
    }
    List<Effect> planted = new ArrayList<>();
    for (Effect effect : log) {
      if (effect instanceof Effect.Created it && published.containsKey(it.inode())) {
        Effect.Renamed later = published.get(it.inode());
        planted.add(
            new Effect.Created(
                later.to(), later.name(), it.inode(), it.kind(), it.mode(), it.target()));
      } else if (!published.containsValue(effect)) {
        planted.add(effect);
      }
    }
    return planted;
  }

  private static List<Effect> unlinkedFlip(List<Effect> log) {
    List<Effect> planted = new ArrayList<>();
    Map<Integer, Effect.Created> links = new LinkedHashMap<>();
    int current = -1;
    for (Effect effect : log) {
      if (effect instanceof Effect.Created it
          && it.kind() == Effect.Kind.LINK
          && it.name().startsWith("current.")) {
        links.put(it.inode(), it);
      } else if (effect instanceof Effect.Renamed it && links.containsKey(it.inode())) {
        if (current >= 0) {
          planted.add(new Effect.Unlinked(it.to(), it.name(), current));
        }
        Effect.Created made = links.get(it.inode());
        planted.add(
            new Effect.Created(
                it.to(), it.name(), it.inode(), made.kind(), made.mode(), made.target()));
        current = it.inode();
      } else {
        planted.add(effect);
      }
    }
    return planted;
  }

  private static Set<Integer> directories(List<Effect> log) {
    Set<Integer> directories = new HashSet<>();
    for (Effect effect : log) {
      if (effect instanceof Effect.Created it && it.kind() == Effect.Kind.DIRECTORY) {
        directories.add(it.inode());
      }
    }
    return directories;
  }
}
