package dev.pointsman.protocol.trust;

/** A host name in which {@code *} stands for any characters, also for none; nothing else does. */
final class HostGlob {
  private HostGlob() {}

  /** Whether all of {@code name} is what {@code glob} describes; in time |glob| x |name|. */
  static boolean matches(String glob, String name) {
    int g = 0;
    int n = 0;
    int lastStar = -1;
    int resume = 0;
    while (n < name.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        lastStar = g++;
        resume = n;
      } else if (g < glob.length() && glob.charAt(g) == name.charAt(n)) {
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
