package dev.pointsman.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people get to read for what they got wrong, word by word. */
class ConfigMistakesTest {
  private static final String APP =
      """
      port = 3000
      [trust]
      require = ["1 of ci@web"]
      """;

  @TempDir Path temp;
  private ConfigFolder folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = new ConfigFolder(temp);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          naem = "web-1"        | agent.toml:1:1: naem is not known here; did you mean name?
          colour = "blue"       | agent.toml:1:1: colour is not known here; known are name, root, run, apps, http, trust, limits, store, durability, pull
            name = 7            | agent.toml:1:1: name = 7: must be text in quotes
          name = "web 1"        | agent.toml:1:1: name = "web 1": must be a host name of letters, digits, '.', '-' and '_'
          name = ""             | agent.toml:1:1: name = "": must not be empty or have control characters
          name =                | agent.toml:1:7: Unexpected end of line, expected a value
          run = "/var/lib/pointsman/run" | agent.toml:1:1: run = "/var/lib/pointsman/run": must not be root, above it or below it (root is /var/lib/pointsman)
          http = 1              | agent.toml:1:1: http = 1: must be a section: write [http] on a line of its own
          http.listen = "127.0.0.1:7787" | agent.toml:1:1: http.tokens is missing; write, for example, tokens = "tokens": whoever connects to http.listen needs a token ('pointsman token new' makes one)
          http.sockets = "a"    | agent.toml:1:1: http.sockets is not known here; did you mean socket?
          trust.allowed_signers = "nobody" | agent.toml:1:1: trust.allowed_signers = "nobody": there is no file FOLDER/nobody
          limits.uploads = 0    | agent.toml:1:1: limits.uploads = 0: must be a whole number from 1 to 64
          limits.uploads = 1    | agent.toml:1:1: limits.uploads_per_app = (default): must not be larger than uploads (1)
          limits.file_size = "2GB" | agent.toml:1:1: limits.file_size = "2GB": must be a size, as "64KiB", "10MiB", "2GiB" or a number of bytes
          limits.file_size = 3  | agent.toml:1:1: limits.file_size = 3: must be from 1KiB to 1TiB
          durability = "full"   | agent.toml:1:1: durability = "full": must be "syncfs" or "fsync"
          store.allow_filesystem = "ext4" | agent.toml:1:1: store.allow_filesystem = "ext4": must be the kind that root lies on, one of 9p, any, cifs, nfs, overlayfs, ramfs, smb2, tmpfs
          pull.hosts = ["a b"] | agent.toml:1:1: pull.hosts = [a b]: 'a b' is no host, as in ["releases.example.net", "*.example.net:8443"]
          store.low_space = 91  | agent.toml:1:1: store.low_space = 91: must be a whole number from 0 to 90
          store.scrub_rate = 1  | agent.toml:1:1: store.scrub_rate = 1: must be from 1KiB to 1TiB
          apps = "nowhere"      | agent.toml:1:1: apps = "nowhere": there is no directory FOLDER/nowhere; make it, with one APP.toml per app
          """)
  void inTheHostFile(String line, String complaint) throws IOException {
    folder.write("agent.toml", line + "\n");
    assertThat(folder.complaint()).isEqualTo(complaint.replace("FOLDER/", ""));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          listen = "none"       | apps.d/web.toml:2:1: port = 3000: listen names a port too: keep one of the two
          gate.protocol = "pm2" | apps.d/web.toml:1:1: gate.protocol = "pm2": must be one of preload, systemd
          gate.redy = "notify"  | apps.d/web.toml:1:1: gate.redy is not known here; did you mean ready?
          gate = { protocol = "preload", ready = "notify" } | apps.d/web.toml:1:32: gate.ready = "notify": needs protocol = "systemd": the preload does not tell it
          gate = { protocol = "systemd", ready = "message" } | apps.d/web.toml:1:32: gate.ready = "message": only the preload can tell it: write "notify" or "uptime", or leave protocol out
          gate.uptime = "9s"    | apps.d/web.toml:1:1: gate.uptime = "9s": means nothing without ready = "uptime"
          gate.probe = "exec"   | apps.d/web.toml:1:1: gate.probe = "exec": needs probe_command = ["PROGRAM", ..]
          gate.probe_command = ["x"] | apps.d/web.toml:1:1: gate.probe_command = [x]: means nothing without probe = "exec"
          gate = { ready = "notify", probe = "tcp" } | apps.d/web.toml:1:28: gate.probe = "tcp": needs probe_on = "port": to a socket that a worker inherits the kernel connects whether the worker is well or not
          gate = { probe = "none", probe_on = "port" } | apps.d/web.toml:1:26: gate.probe_on = "port": is for probe = "http" and "tcp"
          gate = { protocol = "preload", probe_on = "port" } | apps.d/web.toml:1:32: gate.probe_on = "port": the preload gives each worker a socket of its own: remove this
          gate = { protocol = "preload", trial = true } | apps.d/web.toml:1:32: gate.trial = true: the preload keeps each new worker private until it is well: remove this
          gate = { trial = false, probe_on = "trial" } | apps.d/web.toml:1:10: gate.trial = false: must be true where probe_on is "trial"
          gate = { trial = false, probe = "http" } | apps.d/web.toml:1:25: gate.probe = "http": there is nowhere to ask: say probe_on = "descriptor" or "port"
          gate = { protocol = "preload", watchdog = "5s" } | apps.d/web.toml:1:32: gate.watchdog = "5s": needs protocol = "systemd": workers with the preload do not beat
          gate.watchdog = "5ms" | apps.d/web.toml:1:1: gate.watchdog = "5ms": must be at least 100ms, or "0s" for none
          instances = "four"    | apps.d/web.toml:1:1: instances = "four": must be a whole number from 1 to 256
          instances = 0         | apps.d/web.toml:1:1: instances = 0: must be a whole number from 1 to 256
          backlog = 5.5         | apps.d/web.toml:1:1: backlog = 5.5: must be a whole number from 1 to 65535
          command = "node a.js" | apps.d/web.toml:1:1: command = "node a.js": must be a list of texts, as ["node", "server/main.js"]
          command = []          | apps.d/web.toml:1:1: command = []: must be a list of texts, as ["node", "server/main.js"]
          command = ["node", 1] | apps.d/web.toml:1:1: command = [node, 1]: must be a list of texts, as ["node", "server/main.js"]
          working_directory = "../x" | apps.d/web.toml:1:1: working_directory = "../x": must be a directory of the release, as "server", without '..'
          working_directory = "/x" | apps.d/web.toml:1:1: working_directory = "/x": must be a directory of the release, as "server", without '..'
          user = "Web User"     | apps.d/web.toml:1:1: user = "Web User": must be the name of a user of this host
          env_file = "no.env"   | apps.d/web.toml:1:1: env_file = "no.env": there is no file FOLDER/apps.d/no.env
          env.POINTSMAN_APP = "x" | apps.d/web.toml:1:1: env.POINTSMAN_APP: the agent sets this variable itself: remove it
          env.LISTEN_FDS = "x"  | apps.d/web.toml:1:1: env.LISTEN_FDS: the agent sets this variable itself: remove it
          env.PORT = "1"        | apps.d/web.toml:1:1: env.PORT: the agent sets PORT itself, from listen: remove it
          env.9LIVES = "x"      | apps.d/web.toml:1:1: env.9LIVES: a variable's name has letters, digits and '_' and begins with no digit
          env.PASSWORD = 1234   | apps.d/web.toml:1:1: env.PASSWORD: must be text in quotes
          health.path = "health" | apps.d/web.toml:1:1: health.path = "health": must begin with '/' and have no spaces, as "/health"
          health.interval = 5   | apps.d/web.toml:1:1: health.interval = 5: must be a duration, as "250ms", "10s", "5m", "1h" or "7d"
          health.interval = "5 s" | apps.d/web.toml:1:1: health.interval = "5 s": must be a duration, as "250ms", "10s", "5m", "1h" or "7d"
          health.interval = "0s" | apps.d/web.toml:1:1: health.interval = "0s": must be at least 10ms
          roll.healthy_dedline = "60s" | apps.d/web.toml:1:1: roll.healthy_dedline is not known here; did you mean healthy_deadline?
          roll.min_healthy_time = "60s" | apps.d/web.toml:1:1: roll.min_healthy_time = "60s": min_healthy_time (60s) must be shorter than healthy_deadline (60s)
          roll.healthy_deadline = "9s" | apps.d/web.toml:1:1: roll.healthy_deadline = "9s": min_healthy_time (10s) must be shorter than healthy_deadline (9s)
          roll.healthy_deadline = "10m" | apps.d/web.toml:1:1: roll.healthy_deadline = "10m": healthy_deadline (10m) must be shorter than progress_deadline (10m)
          roll.progress_deadline = "30s" | apps.d/web.toml:1:1: roll.progress_deadline = "30s": healthy_deadline (60s) must be shorter than progress_deadline (30s)
          roll.stop_signal = "SIGKILL" | apps.d/web.toml:1:1: roll.stop_signal = "SIGKILL": must be one of SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2
          roll.wait_ready = "yes" | apps.d/web.toml:1:1: roll.wait_ready = "yes": must be true or false
          restart.backoff_min = "20s" | apps.d/web.toml:1:1: restart.backoff_min = "20s": backoff_min (20s) must not be longer than backoff_max (15s)
          log.max_size = "10MB" | apps.d/web.toml:1:1: log.max_size = "10MB": must be a size, as "64KiB", "10MiB", "2GiB" or a number of bytes
          keep_release = 5      | apps.d/web.toml:1:1: keep_release is not known here; did you mean keep_releases?
          """)
  void inAnAppsFile(String line, String complaint) throws IOException {
    folder.write("apps.d/web.toml", line + "\n" + APP);
    assertThat(folder.complaint()).isEqualTo(complaint.replace("FOLDER/", ""));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          require = ["ci@web"]              | trust.require = [ci@web]: require "ci@web" is not of the form "1 of ci@web" or "2 of alice@ops,bob@ops"
          require = ["2 of ann@ops"]        | trust.require = [2 of ann@ops]: require "2 of ann@ops" asks for more principals than it names
          require = ["1 of a@b,a@b"]        | trust.require = [1 of a@b,a@b]: require "1 of a@b,a@b" names a principal twice
          require = []                      | trust.require = []: must be a list of texts, as ["1 of ci@web"]
          require = "1 of ci@web"           | trust.require = "1 of ci@web": must be a list of texts, as ["1 of ci@web"]
          """)
  void inTheLinesThatSayWhoMustSign(String line, String complaint) throws IOException {
    folder.write("apps.d/web.toml", "port = 3000\n[trust]\n" + line + "\n");
    assertThat(folder.complaint()).isEqualTo("apps.d/web.toml:3:1: " + complaint);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          listen = "localhost:3000" | listen = "localhost:3000": must be a numeric address and a port, as "127.0.0.1:3000" or "[::1]:3000", a list of these, or "none"
          listen = "127.0.0.1"      | listen = "127.0.0.1": must be a numeric address and a port, as "127.0.0.1:3000" or "[::1]:3000", a list of these, or "none"
          listen = "1.2.3.400:80"   | listen = "1.2.3.400:80": must be a numeric address and a port, as "127.0.0.1:3000" or "[::1]:3000", a list of these, or "none"
          listen = "127.0.0.1:0"    | listen = "127.0.0.1:0": must be a numeric address and a port, as "127.0.0.1:3000" or "[::1]:3000", a list of these, or "none"
          listen = ["127.0.0.1:3000", "none"] | listen = [127.0.0.1:3000, none]: "none" stands alone
          listen = []               | listen = []: must be a list of texts, as ["127.0.0.1:3000", "127.0.0.1:3001"]
          listen = ["127.0.0.1:3000", "[::1]:3000"] | listen = [127.0.0.1:3000, [::1]:3000]: port 3000 belongs to app web (apps.d/web.toml)
          port = 65536              | port = 65536: must be a whole number from 1 to 65535
          backlog = 1               | listen is missing; write, for example, listen = "127.0.0.1:3000", or listen = "none"
          """)
  void inTheAddress(String line, String complaint) throws IOException {
    folder.write("apps.d/web.toml", line + "\n[trust]\nrequire = [\"1 of ci@web\"]\n");
    assertThat(folder.complaint()).isEqualTo("apps.d/web.toml:1:1: " + complaint);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          gate.trial = true         | gate.trial = true: an app with listen = "none" has no socket to be tried on
          gate.probe = "http"       | gate.probe = "http": an app with listen = "none" has no port to be probed on: write "exec" or "none", or say probe_on = "port"
          gate.probe_on = "port"    | gate.probe_on = "port": needs probe = "http" or "tcp" where listen is "none"
          gate.probe_on = "trial"   | gate.probe_on = "trial": an app with listen = "none" has no trial: write "port"
          """)
  void inAnAppWithoutAPort(String line, String complaint) throws IOException {
    String app = line + "\nlisten = \"none\"\n[trust]\nrequire = [\"1 of ci@web\"]\n";
    folder.write("apps.d/web.toml", app);
    assertThat(folder.complaint()).isEqualTo("apps.d/web.toml:1:1: " + complaint);
  }

  @Test
  void waitReadyAndAnotherReadinessAreRefused() throws IOException {
    folder.write(
        "apps.d/web.toml", APP + "[gate]\nready = \"notify\"\n[roll]\nwait_ready = true\n");
    assertThat(folder.complaint())
        .isEqualTo(
            "apps.d/web.toml:5:1: gate.ready = \"notify\": roll.wait_ready = true means \"message\": keep one of the two");
  }

  @Test
  void allFilesAreToldAtOnceInTheirOrder() throws IOException {
    folder.write("agent.toml", "nmae = 1\n[limits]\n  links = -1\n");
    folder.write("apps.d/api.toml", "port = \n");
    folder.write("apps.d/web.toml", APP + "[log]\nkeep = -1\nx = 1\n");
    assertThat(folder.complaint())
        .isEqualTo(
            """
            agent.toml:1:1: nmae is not known here; did you mean name?
            agent.toml:3:3: limits.links = -1: must be a whole number from 0 to 1000000
            apps.d/api.toml:1:8: Unexpected end of line, expected a value
            apps.d/web.toml:5:1: log.keep = -1: must be a whole number from 0 to 1000
            apps.d/web.toml:6:1: log.x is not known here; known are max_size, keep\
            """);
  }

  @Test
  void aKeyGivenTwiceNamesBothPlaces() throws IOException {
    folder.write("agent.toml", "name = \"a\"\nname = \"b\"\n");
    assertThat(folder.complaint())
        .isEqualTo("agent.toml:2:1: name previously defined at line 1, column 1");
  }

  @Test
  void listenAndPortTogetherAreRefused() throws IOException {
    folder.write("apps.d/web.toml", "listen = \"127.0.0.1:3000\"\n" + APP);
    assertThat(folder.complaint())
        .isEqualTo(
            "apps.d/web.toml:2:1: port = 3000: listen names a port too: keep one of the two");
  }

  @Test
  void twoAppsOnOnePortAreRefused() throws IOException {
    folder.write("apps.d/api.toml", APP).write("apps.d/web.toml", APP);
    assertThat(folder.complaint())
        .isEqualTo(
            "apps.d/web.toml:1:1: port = 3000: port 3000 belongs to app api (apps.d/api.toml)");
  }

  @Test
  void anAppOnTheAgentsPortIsRefused() throws IOException {
    folder.write("agent.toml", "[http]\nlisten = \"127.0.0.1:3000\"\ntokens = \"tokens\"\n");
    folder.write("tokens", "").write("apps.d/web.toml", APP);
    assertThat(folder.complaint())
        .isEqualTo(
            "apps.d/web.toml:1:1: port = 3000: port 3000 belongs to http.listen of agent.toml");
  }

  @Test
  void theApiOnAnythingButLoopbackIsRefused() throws IOException {
    folder.write("agent.toml", "[http]\nlisten = \"0.0.0.0:7787\"\ntokens = \"tokens\"\n");
    folder.write("tokens", "");
    assertThat(folder.complaint())
        .startsWith("agent.toml:2:1: http.listen = \"0.0.0.0:7787\": must be a loopback address");
  }

  @Test
  void aFileWhoseNameIsNoAppsNameIsRefused() throws IOException {
    folder.write("apps.d/Web_1.toml", APP);
    assertThat(folder.complaint())
        .isEqualTo(
            "apps.d/Web_1.toml: the file's name is the app's: a small letter, then up to 38 small letters, digits and '-'");
  }

  @Test
  void runDirectoriesTooLongForAWorkersSocketAreRefused() throws IOException {
    String run = "/" + "r".repeat(82);
    folder.write("apps.d/web.toml", APP).write("agent.toml", "run = \"" + run + "\"\n");
    assertThat(folder.complaint())
        .isEqualTo(
            "agent.toml:1:1: run = \"%s\": the path of a unix socket has at most 107 bytes, but %s/web/NNNNN.NNNNN/app.sock has 108: choose a shorter run directory"
                .formatted(run, run));
    folder.write("agent.toml", "run = \"" + run.substring(1).replaceFirst("r", "/") + "\"\n");
    assertThat(folder.complaint()).isEmpty();
  }

  @Test
  void mistakesInTheVariablesFileAreToldWithTheRestAndShowNoValue() throws IOException {
    folder.write("apps.d/web.toml", "env_file = \"web.env\"\n" + APP);
    folder.write("apps.d/web.env", "A=1\nsecret-key=hush\nA=2\n");
    assertThat(folder.complaint())
        .isEqualTo(
            """
            apps.d/web.env:2: secret-key: a variable's name has letters, digits and '_' and begins with no digit
            apps.d/web.env:3: A is set twice\
            """);
  }

  @Test
  void aMissingHostFileIsNamed() throws IOException {
    Files.delete(folder.file("agent.toml"));
    assertThat(folder.complaint()).isEqualTo("agent.toml: does not exist");
  }

  @Test
  void aHostFileThatIsNotTextIsNamed() throws IOException {
    Files.write(folder.file("agent.toml"), new byte[] {(byte) 0xff, 0});
    assertThat(folder.complaint()).isEqualTo("agent.toml: is not UTF-8 text");
  }
}
