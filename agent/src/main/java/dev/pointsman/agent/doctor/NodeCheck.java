package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.linux.Users.User;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.UserSwitch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether there is a Node that workers can be started with, and one that the preload knows. To find
 * out it is run: with the rights of the app's workers and no variable, as root only where nobody
 * else could have put something else in its place.
 */
final class NodeCheck implements Check {
  private static final int OLDEST = 18;
  private static final int NEWEST = 26;

  /** The places of the right to write in {@code rwxrwxrwx}. */
  private static final int OF_THE_GROUP = 4;

  private static final int OF_ALL = 7;

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
    String path = app.env().getOrDefault("PATH", LaunchSpec.USUAL_PATH);
    Optional<String> node =
        Arrays.stream(path.split(":", -1))
            .filter(directory -> directory.startsWith("/")) // No release's, nor where one stands.
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
    Path program = facts.real(Path.of(node.get()));
    List<String> user = userSwitch(facts, app);
    Optional<Path> open =
        facts.isRoot() && user.isEmpty() ? changeable(facts, program) : Optional.empty();
    if (open.isPresent()) {
      return Finding.warn(
          "node",
          node.get()
              + " of app "
              + app.name()
              + " was not asked for its version, for others than root could change "
              + open.get(),
          "root runs nothing that others can change; whether the preload knows it is not known",
          "chown root and chmod go-w " + open.get() + ", or set user in " + app.name() + ".toml");
    }
    List<String> command = new ArrayList<>(List.of("env", "-i"));
    command.addAll(user);
    command.addAll(List.of(program.toString(), "--version"));
    return judge(node.get() + " of app " + app.name(), facts.output(command).orElse("nothing"));
  }

  /** What the program of an app is run through, so that it has no more rights than its workers. */
  private static List<String> userSwitch(Facts facts, AppConfig app) {
    Optional<User> user = app.user().flatMap(facts::user).filter(it -> it.uid() != 0);
    if (!facts.isRoot() || user.isEmpty()) {
      return List.of();
    }
    List<String> line = new ArrayList<>(List.of("setpriv"));
    line.addAll(UserSwitch.options(user.get()));
    return line;
  }

  /** What of {@code program} and the directories above it others than root can change, if any. */
  private static Optional<Path> changeable(Facts facts, Path program) {
    for (Path at = program; at != null; at = at.getParent()) {
      if (!isRootsAlone(facts, at)) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private static boolean isRootsAlone(Facts facts, Path path) {
    Optional<String> mode = facts.permissions(path);
    return facts.owner(path).orElse(-1) == 0
        && mode.isPresent()
        && mode.get().charAt(OF_THE_GROUP) != 'w'
        && mode.get().charAt(OF_ALL) != 'w';
  }

  private static Finding judge(String node, String shown) {
    Optional<Version> version = Version.in(shown);
    boolean known = version.filter(it -> it.major() >= OLDEST && it.major() <= NEWEST).isPresent();
    String what = node + " says " + shown;
    return known
        ? Finding.ok("node", what)
        : Finding.warn(
            "node",
            what,
            "the preload is tested with Node " + OLDEST + " to " + NEWEST + " only",
            "install one of those, and name its directory in PATH under [env]");
  }
}
