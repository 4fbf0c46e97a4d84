package dev.pointsman.agent.config;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.config.HostConfig.PullConfig;
import dev.pointsman.agent.config.HostConfig.SignersConfig;
import dev.pointsman.agent.config.HostConfig.StoreConfig;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the host's file and then each app's; the rules that span files are here. */
final class HostReader {
  private static final Pattern HOST_NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?");

  /** {@code sun_path} of unix(7) has 108 bytes, one of them for the NUL. */
  private static final int SOCKET_PATH_BYTES = 107;

  /** As long as an incarnation and a socket's name become. */
  private static final String LONGEST_WORKER_SOCKET = "NNNNN.NNNNN/app.sock";

  private final Path file;
  private final Path absolute;
  private final HostFacts facts;
  private final Mistakes mistakes;

  HostReader(Path file, HostFacts facts, Mistakes mistakes) {
    this.file = file;
    this.absolute = file.toAbsolutePath();
    this.facts = facts;
    this.mistakes = mistakes;
  }

  HostConfig read(Section host) {
    String name = host.text("name", facts.name());
    if (!HOST_NAME.matcher(name).matches()) {
      host.refuse("name", "must be a host name of letters, digits, '.', '-' and '_'");
    }
    Path root = absolute.resolveSibling(host.text("root", "/var/lib/pointsman")).normalize();
    Path run = absolute.resolveSibling(host.text("run", "/run/pointsman")).normalize();
    if (root.startsWith(run) || run.startsWith(root)) {
      host.refuse("run", "must not be root, above it or below it (root is " + root + ")");
    }
    String apps = host.text("apps", "apps.d");
    HttpConfig http = http(host.section("http"), run);
    SignersConfig trust = trust(host.section("trust"));
    LimitsConfig limits = limits(host.section("limits"));
    StoreConfig store = StoreReader.read(host, host.section("store"));
    PullConfig pull = pull(host.section("pull"));
    List<AppConfig> read = apps(host, file.resolveSibling(apps), http, run);
    host.refuseOthers();
    return new HostConfig(
        name, facts.platform(), root, run, http, trust, limits, store, pull, read);
  }

  private HttpConfig http(Section http, Path run) {
    Path socket = run.resolve(http.text("socket", "api.sock")).normalize();
    if (bytes(socket) > SOCKET_PATH_BYTES) {
      http.refuse("socket", tooLong(socket.toString()));
    }
    Optional<Endpoint> listen = Endpoints.read(http, "listen");
    if (listen.isPresent() && !Endpoints.isLoopback(listen.get())) {
      http.refuse(
          "listen",
          "must be a loopback address, as \"127.0.0.1:7787\": the API is not encrypted; put a TLS proxy in front to reach it from elsewhere");
    }
    Optional<Path> tokens = existing(http, "tokens", http.text("tokens"));
    if (http.has("listen") && !http.has("tokens")) {
      http.missing(
          "tokens",
          "tokens = \"tokens\": whoever connects to http.listen needs a token ('pointsman token new' makes one)");
    }
    http.refuseOthers();
    return new HttpConfig(socket, listen, tokens);
  }

  private SignersConfig trust(Section trust) {
    Optional<Path> signers =
        existing(
            trust,
            "allowed_signers",
            Optional.of(trust.text("allowed_signers", "allowed_signers")));
    Optional<Path> revoked = existing(trust, "revoked", trust.text("revoked"));
    trust.refuseOthers();
    return new SignersConfig(signers.orElse(absolute), revoked);
  }

  private PullConfig pull(Section pull) {
    List<PullHost> hosts = new ArrayList<>();
    String example = "[\"releases.example.net\", \"*.example.net:8443\"]";
    for (String text : pull.texts("hosts", example).orElse(List.of())) {
      Optional<PullHost> host = PullHost.parse(text);
      if (host.isEmpty()) {
        pull.refuse("hosts", "'" + text + "' is no host, as in " + example);
      }
      host.ifPresent(hosts::add);
    }
    Optional<Path> credentials = existing(pull, "credentials", pull.text("credentials"));
    Optional<Path> ca = existing(pull, "ca", pull.text("ca"));
    pull.refuseOthers();
    return new PullConfig(hosts, credentials, ca);
  }

  private static LimitsConfig limits(Section limits) {
    LimitsConfig defaults = LimitsConfig.DEFAULT;
    LimitsConfig read =
        new LimitsConfig(
            limits.size("list_size", defaults.listBytes(), 1 << 10, 1L << 30),
            limits.whole("entries", defaults.entries(), 1, 2_000_000),
            limits.size("file_size", defaults.fileBytes(), 1 << 10, 1L << 40),
            limits.size("tree_size", defaults.treeBytes(), 1 << 10, 1L << 42),
            limits.whole("links", defaults.links(), 0, 1_000_000),
            limits.whole("uploads", defaults.uploads(), 1, 64),
            limits.whole("uploads_per_app", defaults.uploadsPerApp(), 1, 64));
    if (read.uploadsPerApp() > read.uploads()) {
      limits.refuse("uploads_per_app", "must not be larger than uploads (" + read.uploads() + ")");
    }
    limits.refuseOthers();
    return read;
  }

  private List<AppConfig> apps(Section host, Path appsFolder, HttpConfig http, Path run) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(appsFolder, "*.toml")) {
      for (Path candidate : found) {
        if (!candidate.getFileName().toString().startsWith(".")) {
          files.add(candidate);
        }
      }
    } catch (IOException e) {
      host.refuse(
          "apps",
          Files.isDirectory(appsFolder)
              ? "cannot be listed: " + e
              : "there is no directory " + appsFolder + "; make it, with one APP.toml per app");
      return List.of();
    }
    files.sort(null);
    Map<Integer, String> ports = new HashMap<>();
    http.listen().ifPresent(listen -> ports.put(listen.port(), "http.listen of " + file));
    List<AppConfig> apps = new ArrayList<>();
    for (Path appFile : files) {
      app(appFile, ports).ifPresent(apps::add);
    }
    apps.forEach(app -> refuseLongSockets(host, run, app.name()));
    return apps;
  }

  private Optional<AppConfig> app(Path appFile, Map<Integer, String> ports) {
    String fileName = appFile.getFileName().toString();
    Optional<AppName> name =
        AppName.parse(fileName.substring(0, fileName.length() - ".toml".length()));
    if (name.isEmpty()) {
      mistakes.add(
          appFile,
          "the file's name is the app's: a small letter, then up to 38 small letters, digits and '-'");
    }
    Optional<Section> section = ConfigReader.open(appFile, mistakes);
    if (name.isEmpty() || section.isEmpty()) {
      return Optional.empty();
    }
    AppConfig app = new AppReader(appFile, mistakes).read(name.get(), section.get());
    for (Endpoint endpoint : app.listen()) {
      int port = endpoint.port();
      String taken = ports.putIfAbsent(port, "app " + name.get() + " (" + appFile + ")");
      if (taken != null) {
        section
            .get()
            .refuse(
                section.get().has("port") ? "port" : "listen",
                "port " + port + " belongs to " + taken);
      }
    }
    return Optional.of(app);
  }

  private static void refuseLongSockets(Section host, Path run, AppName app) {
    String longest = run.resolve(app.value()) + "/" + LONGEST_WORKER_SOCKET;
    if (bytes(Path.of(longest)) > SOCKET_PATH_BYTES) {
      host.refuse("run", tooLong(longest));
    }
  }

  private static String tooLong(String socket) {
    return "the path of a unix socket has at most "
        + SOCKET_PATH_BYTES
        + " bytes, but "
        + socket
        + " has "
        + bytes(Path.of(socket))
        + ": choose a shorter run directory";
  }

  private static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private Optional<Path> existing(Section section, String key, Optional<String> value) {
    Optional<Path> path = value.map(text -> absolute.resolveSibling(text).normalize());
    if (path.isPresent() && !Files.isRegularFile(path.get())) {
      section.refuse(key, "there is no file " + path.get());
    }
    return path;
  }
}
