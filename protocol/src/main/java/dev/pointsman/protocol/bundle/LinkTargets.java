package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.charset.StandardCharsets;

/**
 * Where symbolic links lead. A target is some {@code ../} and then names, so that it can be
 * resolved by looking at it, provided that no directory on the way is itself a link.
 */
final class LinkTargets {
  private static final int MAX_HOPS = 8;

  private final PathTable table;

  /** The links of {@code table}, which is complete and whose targets {@link #resolve} accepts. */
  LinkTargets(PathTable table) {
    this.table = table;
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
    int count = table.count(Section.LINKS);
    for (int i = 0; i < count; i++) {
      checkWay(i);
    }
    // Only now: every single step is sound, so what remains is their number.
    for (int i = 0; i < count; i++) {
      follow(i);
    }
  }

  private void checkWay(int link) throws Rejected {
    String target = resolved(link);
    byte[] key = target.getBytes(StandardCharsets.UTF_8);
    for (int i = 1; i < key.length; i++) {
      if (key[i] == '/' && table.find(Section.LINKS, key, i) >= 0) {
        String way = new String(key, 0, i, StandardCharsets.UTF_8);
        throw refused(
            ErrorCode.LINK_FORM,
            "The link leads through another link, " + PathRules.printable(way) + ",",
            path(link),
            target);
      }
    }
    if (!table.exists(key)) {
      throw refused(ErrorCode.LINK_DANGLING, "The link leads to nothing", path(link), target);
    }
  }

  private void follow(int link) throws Rejected {
    int next = next(link);
    for (int hops = 1; next >= 0; hops++) {
      if (hops >= MAX_HOPS) {
        throw refused(
            ErrorCode.LINK_LOOP,
            "The link does not end after " + MAX_HOPS + " steps",
            path(link),
            resolved(link));
      }
      next = next(next);
    }
  }

  /** The link that {@code link} leads to, or -1. */
  private int next(int link) throws Rejected {
    byte[] key = resolved(link).getBytes(StandardCharsets.UTF_8);
    return table.find(Section.LINKS, key, key.length);
  }

  private String resolved(int link) throws Rejected {
    return resolve(path(link), table.target(link));
  }

  private String path(int link) {
    return table.path(table.start(table.first(Section.LINKS) + link));
  }

  private static Rejected refused(ErrorCode code, String what, String link, String target) {
    return PathRules.refused(code, what + ": " + PathRules.printable(target) + ".", link);
  }
}
