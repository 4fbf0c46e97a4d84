package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Whether the ports are free, or held by this agent and its workers. */
final class PortCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    OptionalLong agent = Agents.running(facts, config.root());
    List<Finding> findings = new ArrayList<>();
    for (AppConfig app : config.apps()) {
      for (Endpoint listen : app.listen()) {
        findings.add(
            judge(
                "app " + app.name() + "'s " + listen,
                facts.listeners(listen.port()),
                agent,
                config));
      }
    }
    config
        .http()
        .listen()
        .ifPresent(listen ->
            findings.add(
                judge("the API's " + listen, facts.listeners(listen.port()), agent, config)));
    return findings;
  }

  private static Finding judge(
      String what, List<Facts.Holder> holders, OptionalLong agent, HostConfig config) {
    List<Facts.Holder> others =
        holders.stream()
            .filter(it -> agent.isEmpty() || it.pid() != agent.getAsLong())
            .filter(it -> !it.workerDirectory().startsWith(config.run() + "/"))
            .toList();
    if (others.isEmpty()) {
      return Finding.ok("ports", what + (holders.isEmpty() ? " is free" : " is held by its own"));
    }
    String who =
        others.stream()
            .map(it -> it.pid() + " (" + it.name() + ")")
            .collect(Collectors.joining(", "));
    return Finding.bad(
        "ports",
        what + " is taken by process " + who,
        "the agent cannot bind it: deployments of the app are refused (listen.lost)",
        "end it (ps -fp " + others.getFirst().pid() + "), or configure another port");
  }
}
