package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Target;
import java.util.Map;
import java.util.function.Function;

/**
 * What surrounds a command.
 *
 * @param env the environment it was called with
 * @param agents opens a connection
 */
record Session(
    Console console,
    Map<String, String> env,
    Time time,
    Function<Target, Api> agents,
    DaemonStarter daemon) {}
