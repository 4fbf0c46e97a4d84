package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whether there is a Node that workers can be started with, and one that the preload knows. */
final class NodeCheck implements Check {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final int OLDEST = 18;
  private static final int NEWEST = 26;

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    List<Finding> findings = new ArrayList<>();
    for (AppConfig app : config.apps()) {
      boolean wantsNode =
          app.command().map(command -> command.getFirst().equals("node")).orElse(false);
      boolean mayBe = app.command().isEmpty();
      if (wantsNode || mayBe) {
        findings.add(judge(facts, app, wantsNode));
      }
    }
    return findings;
  }

  private static Finding judge(Facts facts, AppConfig app, boolean wantsNode) {
    String path = app.env().getOrDefault("PATH", PATH);
    Optional<String> node =
        Arrays.stream(path.split(":", -1))
            .map(directory -> directory + "/node")
            .filter(facts::exists)
            .findFirst();
    if (node.isEmpty()) {
      String what = "no node in the PATH of app " + app.name() + ", " + path;
      String remedy = "apt-get install nodejs, or PATH under [env] of " + app.name() + ".toml";
      return wantsNode
          ? Finding.bad("node", what, "none of its workers starts (SpawnFailed)", remedy)
          : Finding.warn("node", what, "if its releases run node, no worker starts", remedy);
    }
    String shown = facts.output(List.of(node.get(), "--version")).orElse("nothing");
    Optional<Version> version = Version.in(shown);
    boolean known = version.filter(it -> it.major() >= OLDEST && it.major() <= NEWEST).isPresent();
    String what = node.get() + " of app " + app.name() + " says " + shown;
    return known
        ? Finding.ok("node", what)
        : Finding.warn(
            "node",
            what,
            "the preload is tested with Node " + OLDEST + " to " + NEWEST + " only",
            "install one of those, and name its directory in PATH under [env]");
  }
}
