package dev.pointsman.protocol.trust;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One entry of an OpenSSH pattern list: {@code *} stands for any characters, {@code ?} for one, and
 * a leading {@code !} takes back what other entries allow.
 *
 * @param glob without the {@code !}
 */
record SshPattern(boolean negated, String glob) {
  private static final Pattern FORM = Pattern.compile("!?[A-Za-z0-9._@+/*?-]{1,128}");

  /** Whether {@code text} can be one. */
  static boolean isPattern(String text) {
    return FORM.matcher(text).matches();
  }

  static SshPattern of(String text) {
    boolean negated = text.startsWith("!");
    return new SshPattern(negated, negated ? text.substring(1) : text);
  }

  /** As OpenSSH's {@code match_pattern_list}: something must match, and no negated entry may. */
  static boolean matches(List<SshPattern> list, String name) {
    return list.stream().noneMatch(pattern -> pattern.negated && pattern.covers(name))
        && list.stream().anyMatch(pattern -> !pattern.negated && pattern.covers(name));
  }

  private boolean covers(String name) {
    return Glob.matchesWithMarks(glob, name);
  }

  @Override
  public String toString() {
    return (negated ? "!" : "") + glob;
  }
}
