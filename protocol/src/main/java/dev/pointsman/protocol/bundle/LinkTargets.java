package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where symbolic links lead. A target is some {@code ../} and then names, so that it can be
 * resolved by looking at it, provided that no directory on the way is itself a link.
 */
final class LinkTargets {
  private static final int MAX_HOPS = 8;

  private final Map<String, String> links;
  private final Predicate<String> exists;

  /** The links by path, with their resolved targets; {@code exists} knows every path there is. */
  LinkTargets(Map<String, String> links, Predicate<String> exists) {
    this.links = links;
    this.exists = exists;
  }

  /** The path that {@code target} means, for a link at {@code link}; refuses every other form. */
  static String resolve(String link, String target) throws Rejected {
    checkText(link, target);
    String rest = target;
    int up = 0;
    while (rest.startsWith("../") || rest.equals("..")) {
      rest = rest.substring(Math.min(3, rest.length()));
      up++;
    }
    if (!rest.isEmpty()) {
      checkNames(link, target, rest);
    }
    String base = link;
    for (int i = 0; i <= up; i++) {
      int slash = base.lastIndexOf('/');
      if (slash < 0 && i < up) {
        throw refused(ErrorCode.LINK_ESCAPE, "The link leads out of the release", link, target);
      }
      base = slash < 0 ? "" : base.substring(0, slash);
    }
    if (rest.isEmpty()) {
      throw refused(ErrorCode.LINK_FORM, "The link's target ends without a name", link, target);
    }
    return base.isEmpty() ? rest : base + "/" + rest;
  }

  private static void checkText(String link, String target) throws Rejected {
    PathRules.checkCharacters(target);
    if (target.isEmpty()) {
      throw refused(ErrorCode.LINK_FORM, "The link has no target", link, target);
    }
    if (target.charAt(0) == '/') {
      throw refused(ErrorCode.LINK_ABSOLUTE, "The link's target is absolute", link, target);
    }
    if (PathRules.utf8Length(target) > PathRules.MAX_PATH_BYTES) {
      throw refused(ErrorCode.PATH_TOO_LONG, "The link's target is too long", link, target);
    }
  }

  private static void checkNames(String link, String target, String names) throws Rejected {
    for (String name : names.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        String what = name.isEmpty() ? "an empty name" : "'" + name + "'";
        throw refused(
            ErrorCode.LINK_FORM,
            "The link's target has " + what + " in the wrong place",
            link,
            target);
      }
      if (PathRules.utf8Length(name) > PathRules.MAX_COMPONENT_BYTES) {
        throw refused(
            ErrorCode.PATH_COMPONENT, "A name in the link's target is too long", link, target);
      }
    }
  }

  /** Refuses links that lead through links, to nothing, or in a circle. */
  void check() throws Rejected {
    for (Map.Entry<String, String> link : links.entrySet()) {
      checkWay(link.getKey(), link.getValue());
    }
    // Only now: every single step is sound, so what remains is their number.
    for (Map.Entry<String, String> link : links.entrySet()) {
      follow(link.getKey(), link.getValue());
    }
  }

  private void checkWay(String link, String target) throws Rejected {
    for (int slash = target.indexOf('/'); slash > 0; slash = target.indexOf('/', slash + 1)) {
      String directory = target.substring(0, slash);
      if (links.containsKey(directory)) {
        throw refused(
            ErrorCode.LINK_FORM,
            "The link leads through another link, " + PathRules.printable(directory) + ",",
            link,
            target);
      }
    }
    if (!exists.test(target)) {
      throw refused(ErrorCode.LINK_DANGLING, "The link leads to nothing", link, target);
    }
  }

  private void follow(String link, String target) throws Rejected {
    @Nullable String next = links.get(target);
    for (int hops = 1; next != null; hops++) {
      if (hops >= MAX_HOPS) {
        throw refused(
            ErrorCode.LINK_LOOP,
            "The link does not end after " + MAX_HOPS + " steps",
            link,
            target);
      }
      next = links.get(next);
    }
  }

  private static Rejected refused(ErrorCode code, String what, String link, String target) {
    return PathRules.refused(code, what + ": " + PathRules.printable(target) + ".", link);
  }
}
