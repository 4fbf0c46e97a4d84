package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files and processes the agent, and what it starts, may have. */
final class LimitsCheck implements Check {
  private static final Pattern LINE =
      Pattern.compile("(Max open files|Max processes) +(unlimited|[0-9]+) .*");
  private static final long FEW = 4096;

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    OptionalLong agent = Agents.running(facts, config.root());
    String whose = agent.isPresent() ? "the agent's " : "this shell's ";
    String process = agent.isPresent() ? Long.toString(agent.getAsLong()) : "self";
    List<Finding> findings = new ArrayList<>();
    facts.read("/proc/" + process + "/limits").stream()
        .flatMap(String::lines)
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(line -> findings.add(judge(whose, line.group(1), line.group(2))));
    return findings;
  }

  private static Finding judge(String whose, String name, String value) {
    String what = whose + name.toLowerCase(Locale.ROOT) + " is " + value;
    if (value.equals("unlimited") || Long.parseLong(value) >= FEW) {
      return Finding.ok("limits", what);
    }
    boolean files = name.endsWith("files");
    return Finding.warn(
        "limits",
        what,
        files
            ? "workers inherit it: each connection is a file, and beyond it they accept no more"
            : "workers count against it, and none can be started beyond it",
        "systemctl edit pointsman, and under [Service]: "
            + (files ? "LimitNOFILE=65536" : "LimitNPROC=16384")
            + "; then systemctl restart pointsman");
  }
}
