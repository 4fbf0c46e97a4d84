/**
 * The commands. They talk to the daemon through its HTTP API only.
 *
 * <p>Each is one class that parses, asks, prints, and returns an exit code; {@code --json} prints
 * what the API said.
 */
@NullMarked
package dev.pointsman.agent.cli;

import org.jspecify.annotations.NullMarked;
