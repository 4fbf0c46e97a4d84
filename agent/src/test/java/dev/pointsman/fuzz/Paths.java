package dev.pointsman.fuzz;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A second opinion on paths: what the operating system's own rules make of them. */
final class Paths {
  private static final Path ROOT = Path.of("/srv/root");

  private Paths() {}

  /** Fails unless {@code path}, which was accepted, lies below the directory it is for. */
  static void requireInside(String path) {
    Path there;
    try {
      there = ROOT.resolve(path).normalize();
    } catch (InvalidPathException e) {
      throw new AssertionError("a path that is none: " + path, e);
    }
    boolean same = path.isEmpty() ? there.equals(ROOT) : there.equals(Path.of(ROOT + "/" + path));
    Property.require(there.startsWith(ROOT) && same, "a path that leads elsewhere", path);
  }

  /** Fails unless a link at {@code path} to {@code target} stays below the directory. */
  static void requireTargetInside(String path, String target) {
    Path at = ROOT.resolve(path).getParent();
    Path there = at.resolve(target).normalize();
    Property.require(
        there.startsWith(ROOT) && !there.equals(ROOT),
        "a link that leads out",
        path + " " + target);
  }
}
