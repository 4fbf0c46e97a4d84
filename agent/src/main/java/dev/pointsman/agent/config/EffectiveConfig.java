package dev.pointsman.agent.config;

import dev.pointsman.agent.config.AppConfig.HealthConfig;
import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.config.AppConfig.RestartConfig;
import dev.pointsman.agent.config.AppConfig.RollConfig;
import dev.pointsman.agent.config.AppConfig.TrustConfig;
import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.config.HostConfig.StoreConfig;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes out what the agent goes by: every key with its value, defaults too, secrets masked. */
public final class EffectiveConfig {
  private static final String MASK = "\"***\"";

  private final StringBuilder out = new StringBuilder();

  private EffectiveConfig() {}

  /** The text of {@code host} and all its apps. */
  public static String of(HostConfig host) {
    EffectiveConfig text = new EffectiveConfig();
    text.host(host);
    host.apps().forEach(text::app);
    return text.out.toString();
  }

  private void host(HostConfig host) {
    line("name", quoted(host.name()));
    line("root", quoted(host.root()));
    line("run", quoted(host.run()));
    line("durability", quoted(host.store().durability()));
    out.append("# platform = ").append(quoted(host.platform())).append(", of this host\n");
    section("http");
    line("socket", quoted(host.http().socket()));
    optional("listen", host.http().listen());
    optional("tokens", host.http().tokens());
    section("trust");
    line("allowed_signers", quoted(host.trust().allowedSigners()));
    optional("revoked", host.trust().revoked());
    LimitsConfig limits = host.limits();
    section("limits");
    line("list_size", quoted(Units.text(limits.listBytes())));
    line("entries", limits.entries());
    line("file_size", quoted(Units.text(limits.fileBytes())));
    line("tree_size", quoted(Units.text(limits.treeBytes())));
    line("links", limits.links());
    line("uploads", limits.uploads());
    line("uploads_per_app", limits.uploadsPerApp());
    store(host.store());
    section("pull");
    line("hosts", list(host.pull().hosts().stream().map(PullHost::toString).toList()));
    optional("credentials", host.pull().credentials());
    optional("ca", host.pull().ca());
  }

  private void store(StoreConfig store) {
    section("store");
    optional("allow_filesystem", store.allowFilesystem());
    line("grace", quoted(Units.text(store.grace())));
    line("low_space", store.lowSpace());
    line("scrub_interval", quoted(Units.text(store.scrubInterval())));
    line("scrub_rate", quoted(Units.text(store.scrubRate())));
  }

  private void app(AppConfig app) {
    out.append("\n# ---- app ").append(app.name()).append('\n');
    line(
        "listen",
        app.listen().size() == 1
            ? quoted(app.listen().getFirst())
            : app.listen().isEmpty()
                ? quoted("none")
                : list(app.listen().stream().map(Object::toString).toList()));
    line("backlog", app.backlog());
    line("instances", app.instances());
    line("command", app.command().map(EffectiveConfig::list).orElse(null), "the release's");
    optional("working_directory", app.workingDirectory());
    optional("user", app.user());
    optional("env_file", app.envFile());
    line("unavailable_after", quoted(app.unavailableAfter().map(Units::text).orElse("never")));
    line("keep_releases", app.keepReleases());
    line("failed_retention", app.failedRetention());
    section("scale");
    line("min", app.scale().least());
    line("max", app.scale().most());
    section("env");
    new TreeSet<>(app.env().keySet()).forEach(name -> line(name, MASK));
    health(app.health());
    gate(app.gate());
    roll(app.roll());
    restart(app.restart());
    resources(app.resources());
    trust(app.trust());
    section("log");
    line("max_size", quoted(Units.text(app.log().maxBytes())));
    line("keep", app.log().keep());
  }

  private void health(HealthConfig health) {
    section("health");
    line(
        "path",
        health.path().map(EffectiveConfig::quoted).orElse(null),
        "the release's, else \"/health\"");
    line("interval", quoted(Units.text(health.interval())));
    line("timeout", quoted(Units.text(health.timeout())));
    line("failure_threshold", health.failureThreshold());
    line("event_loop_timeout", quoted(Units.text(health.eventLoopTimeout())));
  }

  private void gate(GateConfig gate) {
    section("gate");
    choice("protocol", gate.protocol(), "\"preload\" for a Node command, else \"systemd\"");
    choice("ready", gate.ready(), "\"listening\" with the preload, else \"notify\"");
    line("uptime", quoted(Units.text(gate.uptime())));
    choice("probe", gate.probe(), "\"http\" where there is a port, else \"none\"");
    choice("probe_on", gate.place(), "\"trial\" for workers without the preload");
    line(
        "probe_command",
        gate.probeCommand().isEmpty() ? null : list(gate.probeCommand()),
        "not set");
    line("watchdog", quoted(Units.text(gate.watchdog())));
    line(
        "trial",
        gate.trial().map(String::valueOf).orElse(null),
        "true for workers without the preload that have a port");
  }

  private void choice(String key, Optional<? extends Enum<?>> value, String otherwise) {
    line(key, value.map(one -> quoted(GateReader.name(one))).orElse(null), otherwise);
  }

  private void roll(RollConfig roll) {
    section("roll");
    line("healthy_deadline", quoted(Units.text(roll.healthyDeadline())));
    line("min_healthy_time", quoted(Units.text(roll.minHealthyTime())));
    line("health_passes", roll.healthPasses());
    line("progress_deadline", quoted(Units.text(roll.progressDeadline())));
    line("drain_timeout", quoted(Units.text(roll.drainTimeout())));
    line("long_lived_timeout", quoted(Units.text(roll.longLivedTimeout())));
    line("kill_timeout", quoted(Units.text(roll.killTimeout())));
    line("stop_signal", quoted(roll.stopSignal()));
    line("wait_ready", roll.waitReady());
    line("auto_revert", roll.autoRevert());
  }

  private void restart(RestartConfig restart) {
    section("restart");
    line("max_restarts", restart.maxRestarts());
    line("restart_window", quoted(Units.text(restart.restartWindow())));
    line("backoff_min", quoted(Units.text(restart.backoffMin())));
    line("backoff_max", quoted(Units.text(restart.backoffMax())));
    line("cooldown", quoted(Units.text(restart.cooldown())));
    optional("max_memory", restart.maxMemory().map(Units::text));
    optional("max_lifetime", restart.maxLifetime().map(Units::text));
  }

  private void resources(ResourcesConfig resources) {
    section("resources");
    optional("memory_max", resources.memoryMax().map(Units::text));
    optional("memory_high", resources.memoryHigh().map(Units::text));
    number("pids_max", resources.pidsMax());
    number("cpu_weight", resources.cpuWeight());
    number("nofile", resources.nofile());
    optional("core", resources.coreBytes().map(Units::text));
    number("nproc", resources.nproc());
    line("nice", resources.nice());
    line("umask", quoted(String.format("%03o", resources.umask())));
  }

  private void trust(TrustConfig trust) {
    section("trust");
    line("require", list(trust.require()));
    line("env", quoted(trust.env()));
    line("max_age", quoted(Units.text(trust.maxAge())));
    line("skew", quoted(Units.text(trust.skew())));
    line("max_step", trust.maxStep());
    line("unsigned", quoted("never"));
    line("target", quoted(trust.targetOptional() ? "optional" : "required"));
  }

  private void section(String name) {
    out.append("\n[").append(name).append("]\n");
  }

  private void line(String key, Object value) {
    out.append(key).append(" = ").append(value).append('\n');
  }

  private void line(String key, @Nullable String value, String otherwise) {
    if (value == null) {
      out.append("# ").append(key).append(": ").append(otherwise).append('\n');
    } else {
      line(key, value);
    }
  }

  private void optional(String key, Optional<?> value) {
    line(key, value.map(EffectiveConfig::quoted).orElse(null), "not set");
  }

  private void number(String key, Optional<Integer> value) {
    line(key, value.map(String::valueOf).orElse(null), "not set");
  }

  private static String list(Collection<String> texts) {
    return texts.stream().map(EffectiveConfig::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(Object value) {
    String text = value instanceof Path path ? path.toString() : value.toString();
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
