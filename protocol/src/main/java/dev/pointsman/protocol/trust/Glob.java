package dev.pointsman.protocol.trust;

/** A text in which {@code *} stands for any characters, also for none. */
final class Glob {
  /** No character: nothing stands for just one. */
  private static final int NONE = -1;

  private Glob() {}

  /** Whether all of {@code name} is what {@code glob} describes, with {@code *} only. */
  static boolean matches(String glob, String name) {
    return matches(glob, name, NONE);
  }

  /** The same, and {@code ?} stands for one character. */
  static boolean matchesWithMarks(String glob, String name) {
    return matches(glob, name, '?');
  }

  /** In time |glob| x |name|; {@code any} stands for one character. */
  private static boolean matches(String glob, String name, int any) {
    int g = 0;
    int n = 0;
    int lastStar = -1;
    int resume = 0;
    while (n < name.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        lastStar = g++;
        resume = n;
      } else if (g < glob.length() && (glob.charAt(g) == any || glob.charAt(g) == name.charAt(n))) {
        g++;
        n++;
      } else if (lastStar >= 0) {
        g = lastStar + 1; // The star takes one character more.
        n = ++resume;
      } else {
        return false;
      }
    }
    return glob.substring(g).chars().allMatch(c -> c == '*');
  }
}
