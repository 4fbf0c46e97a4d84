package dev.pointsman.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.HealthConfig;
import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.config.AppConfig.RestartConfig;
import dev.pointsman.agent.config.AppConfig.RollConfig;
import dev.pointsman.agent.config.AppConfig.TrustConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  private static final String LEAST_APP = "port = 3000\n[trust]\nrequire = [\"1 of ci@web\"]\n";

  @TempDir Path temp;

  @Test
  void everyKeyIsRead() throws Exception {
    ConfigFolder folder = new ConfigFolder(temp).write("tokens", "").write("gone", "");
    folder.write(
        "agent.toml",
        """
        name = "web-1"
        root = "state"
        run  = "run"
        durability = "fsync"
        apps = "apps.d"
        [http]
        socket = "a.sock"
        listen = "[::1]:7787"
        tokens = "tokens"
        [trust]
        allowed_signers = "allowed_signers"
        revoked = "gone"
        [limits]
        list_size = "1MiB"
        entries = 10
        file_size = "2MiB"
        tree_size = 3145728
        links = 4
        uploads = 5
        uploads_per_app = 3
        [store]
        allow_filesystem = "overlayfs"
        grace = "1h"
        low_space = 5
        scrub_interval = "1d"
        scrub_rate = "1MiB"
        """);
    folder.write("apps.d/web.env", "A=1\n");
    folder.write("apps.d/notes.txt", "not an app");
    folder.write(
        "apps.d/web.toml",
        """
        listen = "0.0.0.0:3000"
        backlog = 100
        instances = 4
        command = ["node", "a b.js"]
        working_directory = "server/app"
        user = "web"
        env_file = "web.env"
        unavailable_after = "never"
        keep_releases = 6
        failed_retention = 0
        [env]
        NODE_ENV = "production"
        NODE_OPTIONS = "--enable-source-maps"
        EMPTY = ""
        [scale]
        min = 2
        max = 8
        [health]
        path = "/up?x=1"
        interval = "6s"
        timeout = "250ms"
        failure_threshold = 4
        event_loop_timeout = "20s"
        [roll]
        healthy_deadline = "90s"
        min_healthy_time = "0s"
        health_passes = 1
        progress_deadline = "1h"
        drain_timeout = "1m"
        long_lived_timeout = "3s"
        kill_timeout = "5s"
        stop_signal = "SIGINT"
        wait_ready = true
        auto_revert = false
        [restart]
        max_restarts = 2
        restart_window = "30s"
        backoff_min = "1s"
        backoff_max = "2s"
        cooldown = "5m"
        max_memory = "512MiB"
        max_lifetime = "1d"
        [resources]
        memory_max = "512MiB"
        memory_high = "256MiB"
        pids_max = 64
        cpu_weight = 50
        nofile = 4096
        core = 0
        nproc = 200
        nice = 5
        umask = "027"
        [trust]
        require = ["1 of ci@web", "2 of a@ops, b@ops,c@ops"]
        env = "staging"
        max_age = "1d"
        skew = "0s"
        max_step = 7
        target = "optional"
        [log]
        max_size = "64KiB"
        keep = 0
        """);
    HostConfig host = folder.read();
    assertThat(host)
        .isEqualTo(
            new HostConfig(
                "web-1",
                "linux/amd64",
                temp.resolve("state"),
                temp.resolve("run"),
                new HostConfig.HttpConfig(
                    temp.resolve("run/a.sock"),
                    Optional.of(new Endpoint("::1", 7787)),
                    Optional.of(temp.resolve("tokens"))),
                new HostConfig.SignersConfig(
                    temp.resolve("allowed_signers"), Optional.of(temp.resolve("gone"))),
                new LimitsConfig(1 << 20, 10, 2 << 20, 3 << 20, 4, 5, 3),
                new HostConfig.StoreConfig(
                    HostConfig.DurabilityMode.FSYNC,
                    Optional.of("overlayfs"),
                    Duration.ofHours(1),
                    5,
                    Duration.ofDays(1),
                    1 << 20),
                List.of(
                    new AppConfig(
                        new AppName("web"),
                        List.of(new Endpoint("0.0.0.0", 3000)),
                        100,
                        4,
                        new AppConfig.ScaleConfig(2, 8),
                        Optional.of(List.of("node", "a b.js")),
                        Optional.of("server/app"),
                        Optional.of("web"),
                        Map.of(
                            "NODE_ENV", "production",
                            "NODE_OPTIONS", "--enable-source-maps",
                            "EMPTY", ""),
                        Optional.of(temp.resolve("apps.d/web.env")),
                        new HealthConfig(
                            Optional.of("/up?x=1"),
                            seconds(6),
                            Duration.ofMillis(250),
                            4,
                            seconds(20)),
                        GateConfig.DEFAULT,
                        new RollConfig(
                            seconds(90),
                            Duration.ZERO,
                            1,
                            Duration.ofHours(1),
                            seconds(60),
                            seconds(3),
                            seconds(5),
                            "SIGINT",
                            true,
                            false),
                        new RestartConfig(
                            2,
                            seconds(30),
                            seconds(1),
                            seconds(2),
                            seconds(300),
                            Optional.of(512L << 20),
                            Optional.of(Duration.ofDays(1))),
                        new ResourcesConfig(
                            Optional.of(512L << 20),
                            Optional.of(256L << 20),
                            Optional.of(64),
                            Optional.of(50),
                            Optional.of(4096),
                            Optional.of(0L),
                            Optional.of(200),
                            5,
                            027),
                        Optional.empty(),
                        new TrustConfig(
                            List.of("1 of ci@web", "2 of a@ops, b@ops,c@ops"),
                            "staging",
                            Duration.ofDays(1),
                            Duration.ZERO,
                            7,
                            true),
                        new LogConfig(64 << 10, 0),
                        6,
                        0))));
  }

  /**
   * The whole surface with its defaults: whoever changes one changes this text and the documents.
   */
  @Test
  void readsAllOfTheGate() throws Exception {
    ConfigFolder folder =
        new ConfigFolder(temp)
            .write(
                "apps.d/web.toml",
                """
                listen = ["127.0.0.1:3000", "[::1]:3001"]
                [gate]
                protocol = "systemd"
                ready = "uptime"
                uptime = "9s"
                probe = "exec"
                probe_command = ["bin/healthy", "--now"]
                watchdog = "30s"
                trial = false
                [trust]
                require = ["1 of ci@web"]
                """);
    AppConfig app = folder.read().apps().getFirst();
    assertThat(app.listening()).isEqualTo("127.0.0.1:3000, [::1]:3001");
    assertThat(app.gate())
        .isEqualTo(
            new GateConfig(
                Optional.of(GateConfig.Protocol.SYSTEMD),
                Optional.of(GateConfig.Ready.UPTIME),
                seconds(9),
                Optional.of(GateConfig.Probe.EXEC),
                Optional.empty(),
                List.of("bin/healthy", "--now"),
                seconds(30),
                Optional.of(false)));
  }

  @Test
  void anAppMayHaveNoPort() throws Exception {
    ConfigFolder folder =
        new ConfigFolder(temp)
            .write("apps.d/web.toml", "listen = \"none\"\n[trust]\nrequire = [\"1 of ci@web\"]\n");
    AppConfig app = folder.read().apps().getFirst();
    assertThat(app.listen()).isEmpty();
    assertThat(app.listening()).isEqualTo("none");
  }

  @Test
  void theseAreAllKeysAndDefaults() throws Exception {
    ConfigFolder folder = new ConfigFolder(temp).write("apps.d/web.toml", LEAST_APP);
    assertThat(EffectiveConfig.of(folder.read()).replace(temp.toString(), "/etc/pointsman"))
        .isEqualTo(
            """
            name = "host-1"
            root = "/var/lib/pointsman"
            run = "/run/pointsman"
            durability = "syncfs"
            # platform = "linux/amd64", of this host

            [http]
            socket = "/run/pointsman/api.sock"
            # listen: not set
            # tokens: not set

            [trust]
            allowed_signers = "/etc/pointsman/allowed_signers"
            # revoked: not set

            [limits]
            list_size = "64MiB"
            entries = 250000
            file_size = "2GiB"
            tree_size = "4GiB"
            links = 10000
            uploads = 8
            uploads_per_app = 2

            [store]
            # allow_filesystem: not set
            grace = "24h"
            low_space = 10
            scrub_interval = "7d"
            scrub_rate = "32MiB"

            [pull]
            hosts = []
            # credentials: not set
            # ca: not set

            # ---- app web
            listen = "127.0.0.1:3000"
            backlog = 511
            instances = 1
            # command: the release's
            # working_directory: not set
            # user: not set
            # env_file: not set
            unavailable_after = "5s"
            keep_releases = 5
            failed_retention = 3

            [scale]
            min = 1
            max = 256

            [env]

            [health]
            # path: the release's, else "/health"
            interval = "5s"
            timeout = "2s"
            failure_threshold = 3
            event_loop_timeout = "30s"

            [gate]
            # protocol: "preload" for a Node command, else "systemd"
            # ready: "listening" with the preload, else "notify"
            uptime = "5s"
            # probe: "http" where there is a port, else "none"
            # probe_on: "trial" for workers without the preload
            # probe_command: not set
            watchdog = "0s"
            # trial: true for workers without the preload that have a port

            [roll]
            healthy_deadline = "60s"
            min_healthy_time = "10s"
            health_passes = 3
            progress_deadline = "10m"
            drain_timeout = "30s"
            long_lived_timeout = "2s"
            kill_timeout = "30s"
            stop_signal = "SIGTERM"
            wait_ready = false
            auto_revert = true

            [restart]
            max_restarts = 10
            restart_window = "60s"
            backoff_min = "100ms"
            backoff_max = "15s"
            cooldown = "30s"
            # max_memory: not set
            # max_lifetime: not set

            [resources]
            # memory_max: not set
            # memory_high: not set
            # pids_max: not set
            # cpu_weight: not set
            # nofile: not set
            # core: not set
            # nproc: not set
            nice = 0
            umask = "022"

            [trust]
            require = ["1 of ci@web"]
            env = "prod"
            max_age = "7d"
            skew = "5m"
            max_step = 1000000000
            unsigned = "never"
            target = "required"

            [log]
            max_size = "10MiB"
            keep = 3
            """);
  }

  @Test
  void theEffectiveConfigurationShowsNoVariablesValue() throws Exception {
    ConfigFolder folder = new ConfigFolder(temp);
    folder.write("apps.d/web.toml", LEAST_APP + "[env]\nDB = \"postgres://u:hush@db\"\n");
    assertThat(EffectiveConfig.of(folder.read())).contains("DB = \"***\"\n").doesNotContain("hush");
  }

  @Test
  void appsComeInTheOrderOfTheirNamesAndHiddenFilesAreNone() throws Exception {
    ConfigFolder folder = new ConfigFolder(temp).write("apps.d/.#web.toml", "x");
    for (int i = 3; i > 0; i--) {
      folder.write("apps.d/app-" + i + ".toml", LEAST_APP.replace("3000", "300" + i));
    }
    assertThat(folder.read().apps())
        .extracting(app -> app.name().value())
        .containsExactly("app-1", "app-2", "app-3");
  }

  @Test
  void thisHostHasANameAndAPlatform() throws IOException {
    assertThat(HostFacts.ofThisHost().name()).isNotBlank();
    assertThat(HostFacts.ofThisHost().platform()).matches("linux/[a-z0-9]+");
    assertThat(HostFacts.architecture("aarch64")).isEqualTo("arm64");
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
