package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigInvalid;
import dev.pointsman.agent.config.EnvFile;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.deployment.Deployments;
import dev.pointsman.agent.process.NodeCommand;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.worker.WorkerKind;
import dev.pointsman.agent.worker.WorkerSpec;
import dev.pointsman.agent.worker.WorkerSpecs;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest.ProcessDefaults;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes a generation of a release and the app's present configuration. */
final class AppCatalog implements Deployments.Catalog {
  private static final String DEFAULT_HEALTH_PATH = "/health";

  private final Supplier<AppConfig> settings;
  private final ReleaseStore releases;
  private final WorkerSpecs specs;

  AppCatalog(Supplier<AppConfig> settings, ReleaseStore releases, WorkerSpecs specs) {
    this.settings = settings;
    this.releases = releases;
    this.specs = specs;
  }

  @Override
  public Generation prepare(ReleaseId release) throws Rejected, IOException {
    WorkerSpec draft = draft(release, settings.get());
    specs.save(draft);
    return draft.generation();
  }

  /** What workers of {@code release} would be started from by {@code config}. */
  WorkerSpec draft(ReleaseId release, AppConfig config) throws Rejected, IOException {
    Optional<StagedRelease> staged = releases.find(release);
    if (staged.isEmpty()) {
      throw new Rejected(
          ErrorCode.RELEASE_UNKNOWN,
          "Release " + release + " of " + config.name() + " is not on this host.",
          release.value());
    }
    releases.verify(release);
    WorkerSpec draft = spec(config, staged.get());
    return draft.of(WorkerSpecs.generationOf(draft, staged.get().digest()));
  }

  @Override
  public void check(Generation generation) throws Rejected, IOException {
    releases.verify(generation.release());
  }

  private static WorkerSpec spec(AppConfig config, StagedRelease staged)
      throws Rejected, IOException {
    Optional<ProcessDefaults> process = staged.manifest().process();
    Path root = staged.directory().toRealPath();
    Path workingDirectory =
        config
            .workingDirectory()
            .or(() -> process.flatMap(ProcessDefaults::workingDirectory))
            .map(root::resolve)
            .orElse(root)
            .normalize();
    if (!workingDirectory.startsWith(root) || !Files.isDirectory(workingDirectory)) {
      throw new Rejected(
          ErrorCode.COMMAND_INVALID,
          "working_directory of "
              + config.name()
              + ": "
              + workingDirectory
              + " is no directory of the release.",
          "working_directory");
    }
    List<String> command =
        config
            .command()
            .or(() -> process.flatMap(ProcessDefaults::command))
            .orElseThrow(() ->
                new Rejected(
                    ErrorCode.COMMAND_INVALID,
                    "Neither the file of app "
                        + config.name()
                        + " nor the release says what a worker runs.",
                    "command"));
    NodeCommand resolved = NodeCommand.resolve(command, workingDirectory, root);
    Map<String, String> environment = environment(config);
    WorkerKind kind = kind(config, resolved.runsNode(workingDirectory, environment.get("PATH")));
    environment.putAll(resolved.environment()); // A start script that sets a variable means it.
    return new WorkerSpec(
        new Generation(staged.id(), ""),
        resolved.command(),
        root,
        workingDirectory,
        environment,
        config.user(),
        config.listen().isEmpty() ? 0 : config.listen().getFirst().port(),
        config
            .health()
            .path()
            .or(() -> process.flatMap(ProcessDefaults::healthPath))
            .orElse(DEFAULT_HEALTH_PATH),
        kind,
        config.listen().stream().skip(1).map(Endpoint::port).toList(),
        config.resources());
  }

  private static WorkerKind kind(AppConfig config, boolean node) throws Rejected {
    WorkerKind kind =
        WorkerKind.of(config.gate(), config.roll().waitReady(), node, !config.listen().isEmpty());
    if (kind.protocol() == Protocol.PRELOAD && config.listen().isEmpty()) {
      throw new Rejected(
          ErrorCode.COMMAND_INVALID,
          "The preload has no port to tell of, because listen is \"none\": write protocol ="
              + " \"systemd\" under [gate] of "
              + config.name()
              + ".",
          "protocol");
    }
    return kind;
  }

  /** The app's variables: those of the env file, then the inline ones. */
  private static Map<String, String> environment(AppConfig config) throws Rejected {
    Map<String, String> environment = new HashMap<>();
    if (config.envFile().isPresent()) {
      try {
        environment.putAll(EnvFile.read(config.envFile().get()));
      } catch (ConfigInvalid e) {
        throw new Rejected(ErrorCode.COMMAND_INVALID, String.valueOf(e.getMessage()), "env_file");
      }
    }
    environment.putAll(config.env());
    return environment;
  }
}
