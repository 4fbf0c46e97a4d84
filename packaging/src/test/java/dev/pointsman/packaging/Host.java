package dev.pointsman.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A host under a temporary root: configuration, a throw-away key, an agent, and the ways to ask it.
 * {@link #end} ends everything that was started on it, by pid.
 */
final class Host implements Started {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> OVER = Set.of("successful", "failed", "reverted", "stuck");
  private static final Pattern LISTEN = Pattern.compile("listen = \\[?\"[^\"]*:(\\d+)\"");
  private static final Duration DEPLOYMENT_LIMIT = Duration.ofSeconds(90);

  private final RunAs user;
  private final Path root;
  private final AgentProcess agent;
  private final List<Started> companions = new ArrayList<>();
  private final Map<String, Integer> ports = new HashMap<>();
  private String program = Program.distribution().resolve("bin/pointsman").toString();

  Host(RunAs user) throws Exception {
    this.user = user;
    // Not java.io.tmpdir: a socket's path has at most 107 bytes.
    this.root = Files.createTempDirectory(Path.of("/tmp"), "pm-").toRealPath();
    this.agent = new AgentProcess(this);
    Files.createDirectories(root.resolve("etc/apps.d"));
    makeKey("key");
    Files.writeString(
        root.resolve("etc/allowed_signers"),
        "ci@web namespaces=\"release.v1@pointsman\" " + publicKey("key") + "\n");
    writeConfig("");
  }

  /** Writes the host file: the usual one, then {@code more}. */
  void writeConfig(String more) throws IOException {
    Files.writeString(
        configFile(),
        """
        name = "web-1"
        root = "%s"
        run = "%s"
        store.allow_filesystem = "any" # It is on whatever /tmp is.
        """
                .formatted(state(), run())
            + more);
  }

  void configure(String app, AppFile file) throws IOException {
    String toml = file.toml();
    Files.writeString(root.resolve("etc/apps.d/" + app + ".toml"), toml);
    Matcher port = LISTEN.matcher(toml);
    if (port.find()) { // Else it listens nowhere.
      ports.put(app, Integer.valueOf(port.group(1)));
    }
  }

  /** Makes an SSH key without a passphrase. */
  Path makeKey(String name) throws Exception {
    Path key = root.resolve(name);
    Command.of(
            root, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key.toString())
        .run()
        .exits(0);
    return key;
  }

  private String publicKey(String name) throws IOException {
    String[] fields = Files.readString(root.resolve(name + ".pub")).strip().split(" ");
    return fields[0] + " " + fields[1];
  }

  /** Runs another copy of the distribution from now on. */
  void use(Path distribution) {
    program = distribution.resolve("bin/pointsman").toString();
  }

  Path root() {
    return root;
  }

  Path configFile() {
    return root.resolve("etc/agent.toml");
  }

  /** What the agent keeps. */
  Path state() {
    return root.resolve("state");
  }

  Path run() {
    return root.resolve("run");
  }

  Path socket() {
    return run().resolve("api.sock");
  }

  Path app(String app) {
    return state().resolve("apps").resolve(app);
  }

  Path key() {
    return root.resolve("key");
  }

  int port(String app) {
    return ports.get(app);
  }

  RunAs user() {
    return user;
  }

  String program() {
    return program;
  }

  AgentProcess agent() {
    return agent;
  }

  Map<String, String> environment() {
    return Map.of(
        "POINTSMAN_JAVA_HOME",
        System.getProperty("java.home"),
        "POINTSMAN_SOCKET",
        socket().toString());
  }

  /** Runs a command of the command line. */
  Command.Ran pointsman(String... arguments) throws Exception {
    return command(arguments).run();
  }

  /** A command of the command line, to be run. */
  Command command(String... arguments) {
    List<String> line = new ArrayList<>(List.of(program));
    line.addAll(List.of(arguments));
    return new Command(user.line(line), root, environment());
  }

  /** Asks over the unix socket. */
  Reply api(String method, String path, String... curlOptions) throws Exception {
    List<String> options =
        new ArrayList<>(List.of("--unix-socket", socket().toString(), "-X", method));
    options.addAll(List.of(curlOptions));
    options.add("http://localhost" + path);
    return Reply.ofCurl(root, options);
  }

  /** What the API says at {@code path}; the test fails where it does not answer 200. */
  JsonNode get(String path) throws Exception {
    return api("GET", path).is(200).json();
  }

  JsonNode status(String app) throws Exception {
    return get("/v1/apps/" + app);
  }

  /** Sends a bundle; the reply, whatever it is. */
  Reply send(Bundle bundle) throws Exception {
    return send(bundle, "");
  }

  Reply send(Bundle bundle, String query) throws Exception {
    return api(
        "PUT",
        "/v1/apps/" + bundle.app() + "/releases/" + bundle.release() + query,
        "-T",
        bundle.tar().toString(),
        "-H",
        "Content-Type: application/vnd.pointsman.bundle.v1+tar");
  }

  /** Asks for a deployment; the reply, whatever it is. */
  Reply deploy(String app, String release, boolean force) throws Exception {
    return api(
        "POST",
        "/v1/apps/" + app + "/deployments",
        "-d",
        "{\"release\":\"" + release + "\",\"force\":" + force + "}");
  }

  /** The deployment with this id, when it is over. */
  JsonNode awaitOver(String id) throws Exception {
    long end = System.nanoTime() + DEPLOYMENT_LIMIT.toNanos();
    while (System.nanoTime() - end < 0) {
      JsonNode deployment = get("/v1/deployments/" + id + "?wait=5s");
      if (OVER.contains(deployment.get("state").asText())) {
        return deployment;
      }
    }
    throw new AssertionError(
        id + " was not over within " + DEPLOYMENT_LIMIT + ": " + get("/v1/deployments/" + id));
  }

  /** Stages and deploys a bundle, which must succeed. */
  JsonNode install(Bundle bundle) throws Exception {
    Reply sent = send(bundle, "?deploy=true").isOneOf(200, 201);
    JsonNode deployment = awaitOver(sent.json().get("deployment").asText());
    if (!deployment.get("state").asText().equals("successful")) {
      throw new AssertionError(bundle.release() + " should have been deployed: " + deployment);
    }
    return deployment;
  }

  /** What each slot's online worker is: slot to pid. */
  Map<Integer, Long> online(String app) throws Exception {
    Map<Integer, Long> pids = new TreeMap<>();
    for (JsonNode worker : status(app).get("workers")) {
      if (worker.get("state").asText().equals("online")) {
        pids.put(worker.get("slot").asInt(), worker.get("pid").asLong());
      }
    }
    return pids;
  }

  /** Returns when {@code release} alone serves {@code app}, with every slot, and all agrees. */
  void awaitServing(String app, String release) throws Exception {
    Eventually.until(
        release + " serves " + app,
        Duration.ofSeconds(40),
        () -> Serving.whatIsWrong(this, app, release));
  }

  /** Starts a load client that ends with this host. */
  Load load(String app, int rate) throws Exception {
    return keep(Load.start(root, port(app), rate));
  }

  /** Ends {@code companion} with this host. */
  <T extends Started> T keep(T companion) {
    companions.add(companion);
    return companion;
  }

  /** Ends everything, then removes the root. */
  @Override
  public synchronized void end() throws Exception {
    for (Started companion : companions.reversed()) {
      companion.end();
    }
    companions.clear();
    agent.end();
    Eventually.until(
        "the workers have ended",
        () -> {
          Set<Long> left = Processes.workersBelow(run());
          left.forEach(Processes::kill);
          return left.isEmpty();
        });
    deleteTree(root);
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(tree)) {
      entries = walk.toList();
    }
    for (Path entry : entries.reversed()) {
      Files.deleteIfExists(entry);
    }
  }
}
