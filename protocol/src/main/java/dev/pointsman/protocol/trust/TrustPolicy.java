package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many of whom have to sign: lines as {@code 1 of ci@web} or {@code 2 of alice@ops,bob@ops},
 * all of which must hold. There is at least one. Immutable; any thread.
 */
public final class TrustPolicy {
  private static final Pattern LINE = Pattern.compile("([1-9]\\d?) of (\\S.*)");
  private static final Pattern COMMA = Pattern.compile(" *, *");
  private static final Pattern PRINCIPAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+/-]{0,127}");

  private final List<Requirement> requirements;

  private TrustPolicy(List<Requirement> requirements) {
    this.requirements = List.copyOf(requirements);
  }

  /** {@code count} of {@code principals}, which are in the order in which they were written. */
  record Requirement(int count, List<String> principals) {
    Requirement {
      principals = List.copyOf(principals);
    }
  }

  /**
   * Reads the lines of an app's {@code require}.
   *
   * @throws Rejected with {@code agent.trust}; the entry is the line
   */
  public static TrustPolicy parse(List<String> lines) throws Rejected {
    if (lines.isEmpty()) {
      throw new Rejected(
          ErrorCode.AGENT_TRUST, "'require' is empty: name who has to sign, as \"1 of ci@web\"");
    }
    List<Requirement> requirements = new ArrayList<>();
    for (String line : lines) {
      requirements.add(requirement(line));
    }
    return new TrustPolicy(requirements);
  }

  /** Everybody whose signature can count. */
  public Set<String> principals() {
    Set<String> principals = new LinkedHashSet<>();
    requirements.forEach(requirement -> principals.addAll(requirement.principals()));
    return Set.copyOf(principals);
  }

  List<Requirement> requirements() {
    return requirements;
  }

  private static Requirement requirement(String line) throws Rejected {
    Matcher matcher = LINE.matcher(line.strip());
    if (!matcher.matches()) {
      throw refused(line, "is not of the form \"1 of ci@web\" or \"2 of alice@ops,bob@ops\"");
    }
    int count = Integer.parseInt(matcher.group(1));
    List<String> principals = List.of(COMMA.split(matcher.group(2), -1));
    for (String principal : principals) {
      if (!PRINCIPAL.matcher(principal).matches()) {
        throw refused(line, "has '" + Shown.of(principal) + "', which is no principal");
      }
    }
    if (Set.copyOf(principals).size() < principals.size()) {
      throw refused(line, "names a principal twice");
    }
    if (count > principals.size()) {
      throw refused(line, "asks for more principals than it names");
    }
    return new Requirement(count, principals);
  }

  private static Rejected refused(String line, String rule) {
    return new Rejected(
        ErrorCode.AGENT_TRUST, "require \"" + Shown.of(line) + "\" " + rule, Shown.of(line));
  }
}
