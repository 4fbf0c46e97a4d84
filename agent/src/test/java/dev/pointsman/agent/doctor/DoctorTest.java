package dev.pointsman.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.cgroup.CgroupView;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.config.HostFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each check over facts that are made up, and all of them on this very host. */
final class DoctorTest {
  private static final String ROOT = "/var/lib/pointsman";
  private static final String AGENT_LOCK = "1: FLOCK  ADVISORY  WRITE 4711 fe:00:99 0 EOF\n";

  @TempDir Path temp;
  private final FakeFacts facts = new FakeFacts();

  @BeforeEach
  void write() throws Exception {
    Files.createDirectories(temp.resolve("apps.d"));
    Files.writeString(temp.resolve("allowed_signers"), "");
  }

  private HostConfig config(String app) throws Exception {
    Files.writeString(temp.resolve("agent.toml"), "");
    Files.writeString(
        temp.resolve("apps.d/web.toml"),
        "port = 3000\n" + app + "\n[trust]\nrequire = [\"1 of ci@web\"]\n");
    return ConfigReader.read(temp.resolve("agent.toml"), new HostFacts("web-1", "linux/amd64"));
  }

  private Finding only(Check check) throws Exception {
    return only(check, "");
  }

  private Finding only(Check check, String app) throws Exception {
    List<Finding> findings = check.look(facts, config(app));
    assertThat(findings).hasSize(1);
    Finding finding = findings.getFirst();
    boolean well = finding.level() == Level.OK;
    assertThat(finding.why() == null).as("why: %s", finding).isEqualTo(well);
    assertThat(finding.remedy() == null).as("remedy: %s", finding).isEqualTo(well);
    return finding;
  }

  private void agentRuns() {
    facts.inodes.put(ROOT + "/LOCK", 99L);
    facts.file("/proc/locks", AGENT_LOCK).file("/run/pointsman/api.sock", "");
  }

  @ParameterizedTest
  @CsvSource({
    "4.19.0-6-amd64, BAD, pidfd_getfd",
    "5.7.0, WARN, syncfs",
    "5.10.0-28-amd64, OK, Linux 5.10.0",
    "6.18.5, OK, Linux 6.18.5",
    "nonsense, WARN, cannot be read"
  })
  void judgesTheKernel(String release, Level level, String what) throws Exception {
    facts.file("/proc/sys/kernel/osrelease", release + "\n");
    Finding finding = only(new KernelCheck());
    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.what()).contains(what);
  }

  @ParameterizedTest
  @CsvSource({"glibc 2.31, BAD", "glibc 2.34, OK", "glibc 2.36, OK", ", BAD"})
  void judgesTheLibrary(String output, Level level) throws Exception {
    if (output != null) {
      facts.says("getconf GNU_LIBC_VERSION", output);
    }
    assertThat(only(new LibcCheck()).level()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({", 0, OK", "0, 1000, OK", "1, 0, OK", "1, 1000, WARN", "2, 0, OK", "3, 0, WARN"})
  void judgesWhoMayTrace(String scope, long owner, Level level) throws Exception {
    if (scope != null) {
      facts.file("/proc/sys/kernel/yama/ptrace_scope", scope + "\n");
    }
    facts.owners.put(ROOT, owner);
    assertThat(only(new YamaCheck()).level()).isEqualTo(level);
  }

  @Nested
  class OfTheAgent {
    @Test
    void saysThatNoneRuns() throws Exception {
      assertThat(only(new AgentCheck()))
          .returns(Level.WARN, Finding::level)
          .returns("no agent runs on " + ROOT, Finding::what);
    }

    @Test
    void saysWhichRuns() throws Exception {
      agentRuns();
      assertThat(only(new AgentCheck()).what()).isEqualTo("process 4711 runs on " + ROOT);
    }

    @Test
    void seesThatItCannotBeAsked() throws Exception {
      agentRuns();
      facts.files.remove("/run/pointsman/api.sock");
      assertThat(only(new AgentCheck()).level()).isEqualTo(Level.BAD);
    }

    @Test
    void seesThatItIsOld() throws Exception {
      agentRuns();
      facts.says(
          "ls -l /proc/4711/fd", "5 -> /usr/lib/pointsman/lib/pointsman-agent.jar (deleted)");
      assertThat(only(new AgentCheck()).what()).contains("4711", "were replaced");
    }
  }

  @Test
  void judgesTheLimitsOfTheAgentOrOfTheShell() throws Exception {
    String limits =
        "Limit  Soft  Hard  Units\nMax processes   7823  7823  processes\n"
            + "Max open files            1024                 524288               files\n";
    facts.file("/proc/self/limits", limits);
    assertThat(new LimitsCheck().look(facts, config("")))
        .extracting(Finding::level, Finding::what)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Level.OK, "this shell's max processes is 7823"),
            org.assertj.core.groups.Tuple.tuple(Level.WARN, "this shell's max open files is 1024"));
    agentRuns();
    facts.file("/proc/4711/limits", "Max open files   unlimited   unlimited  files\n");
    assertThat(only(new LimitsCheck()).what()).isEqualTo("the agent's max open files is unlimited");
  }

  @ParameterizedTest
  @CsvSource({"128, WARN, sysctl -w net.core.somaxconn=511", "511, OK, ", "4096, OK, "})
  void judgesTheQueue(String most, Level level, String remedy) throws Exception {
    facts.file("/proc/sys/net/core/somaxconn", most + "\n");
    Finding finding = only(new BacklogCheck());
    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.remedy() == null ? "" : finding.remedy())
        .startsWith(remedy == null ? "" : remedy);
  }

  @ParameterizedTest
  @CsvSource({"0, OK", "1, OK", "2, WARN"})
  void judgesOvercommitting(String mode, Level level) throws Exception {
    facts.file("/proc/sys/vm/overcommit_memory", mode + "\n");
    assertThat(only(new OvercommitCheck()).level()).isEqualTo(level);
  }

  @Test
  void judgesControlGroups() throws Exception {
    assertThat(only(new CgroupCheck()).level()).isEqualTo(Level.WARN);
    agentRuns();
    facts
        .file("/sys/fs/cgroup/cgroup.controllers", "memory pids\n")
        .file("/proc/4711/cgroup", "0::/system.slice/pointsman.service\n");
    assertThat(only(new CgroupCheck()).what())
        .isEqualTo(
            "v2; the agent is in /system.slice/pointsman.service; workers get one each, with cpu,"
                + " memory, pids");
  }

  private Finding cgroups(CgroupView view, String app) throws Exception {
    agentRuns();
    facts.file("/sys/fs/cgroup/cgroup.controllers", "memory pids\n");
    facts.cgroups = view;
    return only(new CgroupCheck(), app);
  }

  @Test
  void saysWhyWorkersHaveNoControlGroups() throws Exception {
    Finding finding = cgroups(new CgroupView("nothing is delegated", Set.of()), "");

    assertThat(finding.level()).isEqualTo(Level.WARN);
    assertThat(finding.what()).isEqualTo("v2; workers get none of their own: nothing is delegated");
    assertThat(finding.remedy()).contains("DelegateSubgroup=agent");
  }

  @ParameterizedTest
  @CsvSource({
    "memory_max = \"1GiB\", BAD, {web=memory}",
    "memory_high = \"1GiB\", BAD, {web=memory}",
    "cpu_weight = 50, BAD, {web=cpu}",
    "pids_max = 50, OK, ",
    "nofile = 5000, OK, "
  })
  void findsLimitsThatCannotBeKept(String limit, Level level, String missing) throws Exception {
    Finding finding = cgroups(new CgroupView("", Set.of("pids")), "[resources]\n" + limit);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.what()).endsWith(missing == null ? "with pids" : missing);
  }

  @Test
  void findsLimitsWhereNothingIsDelegated() throws Exception {
    Finding finding =
        cgroups(new CgroupView("not delegated", Set.of()), "[resources]\npids_max = 50");

    assertThat(finding.level()).isEqualTo(Level.BAD);
    assertThat(finding.what()).contains("not delegated").contains("{web=pids}");
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:01:00Z, yes, BAD",
    "2026-11-23T00:00:00Z, yes, OK",
    "2026-11-23T00:00:00Z, no, WARN",
    "2026-11-23T00:00:00Z, , OK",
    "2106-02-07T00:00:00Z, yes, BAD"
  })
  void judgesTheClock(String now, String synchronised, Level level) throws Exception {
    facts.now = java.time.Instant.parse(now);
    if (synchronised != null) {
      facts.says("timedatectl show --property=NTPSynchronized --value", synchronised);
    }
    assertThat(only(new ClockCheck()).level()).isEqualTo(level);
  }

  @Nested
  class OfFileSystems {
    private List<Level> levels(String mountinfo) throws Exception {
      facts.file("/proc/self/mountinfo", mountinfo);
      return new MountCheck().look(facts, config("")).stream().map(Finding::level).toList();
    }

    @Test
    void likesADiskForRootAndMemoryForRun() throws Exception {
      assertThat(
              levels(
                  """
                  1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                  2 1 0:9 / /run rw,nosuid,noexec - tmpfs tmpfs rw
                  """))
          .containsExactly(Level.OK, Level.OK);
    }

    @Test
    void seesWhatDoesNotLast() throws Exception {
      assertThat(levels("1 0 0:5 / / rw - overlay overlay rw\n"))
          .containsExactly(Level.BAD, Level.WARN);
    }

    @Test
    void seesWhatCannotBeExecuted() throws Exception {
      assertThat(
              levels(
                  """
                  1 0 8:1 / / rw - ext4 /dev/sda1 rw
                  2 1 0:9 / /run rw - tmpfs tmpfs rw
                  3 1 8:2 / /var/lib rw,noexec - ext4 /dev/sda2 rw
                  4 1 0:8 / /tmp rw,noexec - tmpfs tmpfs rw
                  """))
          .containsExactly(Level.BAD, Level.OK, Level.OK, Level.WARN);
    }

    @Test
    void takesTheMountThatIsNearestAndLast() {
      facts.file(
          "/proc/self/mountinfo",
          """
          1 0 8:1 / / rw - ext4 /dev/sda1 rw
          2 1 8:2 / /my\\040data rw - xfs /dev/sdb rw
          3 1 8:3 / /my\\040data rw - btrfs /dev/sdc rw
          broken
          """);
      assertThat(Mounts.of(facts).of(Path.of("/my data/x")).orElseThrow().type())
          .isEqualTo("btrfs");
      assertThat(Mounts.of(facts).of(Path.of("/my")).orElseThrow().type()).isEqualTo("ext4");
    }
  }

  @ParameterizedTest
  @CsvSource({"50, 50, OK, OK", "8, 50, WARN, OK", "4, 3, BAD, BAD"})
  void judgesTheRoom(int bytes, int inodes, Level ofBytes, Level ofInodes) throws Exception {
    facts.space = java.util.Optional.of(new Facts.Space(bytes, 100, inodes, 100));
    assertThat(new SpaceCheck().look(facts, config("")).stream().map(Finding::level))
        .containsExactly(ofBytes, ofInodes);
    facts.space = java.util.Optional.of(new Facts.Space(bytes, 100, 0, 0));
    assertThat(new SpaceCheck().look(facts, config(""))).as("btrfs has no inodes").hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"rw-r--r--, OK", "rw-rw-r--, BAD", "rw-r--rw-, BAD", ", BAD"})
  void judgesWhoMayTrust(String mode, Level level) throws Exception {
    if (mode != null) {
      facts.permissions.put(temp.resolve("allowed_signers").toString(), mode);
    }
    assertThat(only(new SignersCheck()).level()).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({"2026-11-23T04:59:00Z, OK", "2026-11-23T09:00:00Z, BAD", ", BAD"})
  void judgesTheJournals(String last, Level level) throws Exception {
    facts.directories.put(ROOT + "/apps", List.of("empty", "web"));
    facts.file(
        ROOT + "/apps/web/journal",
        last == null ? "unreadable" : "00000000 {\"type\":\"opened\",\"at\":\"" + last + "\"}\n");
    assertThat(only(new JournalCheck()).level()).isEqualTo(level);
  }

  @Test
  void judgesTheLink() throws Exception {
    assertThat(new CurrentCheck().look(facts, config(""))).isEmpty();
    facts.file(ROOT + "/apps/web/current", "a directory");
    assertThat(only(new CurrentCheck()).level()).isEqualTo(Level.BAD);
    facts.links.add(ROOT + "/apps/web/current");
    assertThat(only(new CurrentCheck()).level()).isEqualTo(Level.OK);
  }

  @Test
  void judgesWhoHasThePort() throws Exception {
    assertThat(only(new PortCheck()).what()).contains("app web's 127.0.0.1:3000 is free");
    agentRuns();
    facts.ports.put(
        3000,
        List.of(
            new Facts.Holder(4711, "java", ""),
            new Facts.Holder(4712, "node", "/run/pointsman/web/1.1.1")));
    assertThat(only(new PortCheck()).what()).contains("held by its own");
    facts.ports.put(
        3000,
        List.of(
            new Facts.Holder(4712, "node", "/run/other/web/1.1.1"),
            new Facts.Holder(80, "nginx", "")));
    assertThat(only(new PortCheck()))
        .returns(Level.BAD, Finding::level)
        .extracting(Finding::what)
        .asString()
        .contains("4712 (node), 80 (nginx)");
  }

  @Test
  void judgesTheUsers() throws Exception {
    assertThat(new UserCheck().look(facts, config(""))).isEmpty();
    String app = "user = \"web\"";
    assertThat(only(new UserCheck(), app).remedy()).startsWith("useradd");
    facts.users.add("web");
    assertThat(only(new UserCheck(), app).what()).isEqualTo("setpriv is missing");
    facts.says("setpriv --version", "setpriv from util-linux 2.38.1");
    assertThat(only(new UserCheck(), app).level()).isEqualTo(Level.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "v16.20.0, WARN",
    "v18.0.0, OK",
    "v20.20.2, OK",
    "v26.10.0, OK",
    "v27.0.0, WARN",
    ", WARN"
  })
  void judgesTheVersionOfNode(String version, Level level) throws Exception {
    facts.file("/usr/bin/node", "");
    if (version != null) {
      facts.says("env -i /usr/bin/node --version", version);
    }
    assertThat(only(new NodeCheck(), "command = [\"node\", \"a.js\"]").level()).isEqualTo(level);
  }

  @Test
  void judgesWhereNodeIs() throws Exception {
    assertThat(only(new NodeCheck(), "command = [\"node\", \"a.js\"]").level())
        .isEqualTo(Level.BAD);
    assertThat(only(new NodeCheck()).level())
        .as("releases may run something else")
        .isEqualTo(Level.WARN);
    assertThat(new NodeCheck().look(facts, config("command = [\"python3\", \"a.py\"]"))).isEmpty();
    facts.file("/opt/node/bin/node", "").says("env -i /opt/node/bin/node --version", "v22.1.0");
    assertThat(
            only(
                    new NodeCheck(),
                    "command = [\"node\", \"a.js\"]\n[env]\nPATH = \"/usr/bin:/opt/node/bin\"")
                .what())
        .startsWith("/opt/node/bin/node of app web says v22.1.0");
  }

  @Test
  void whatAnAppsUserCouldChangeIsRunAsThatUserOnly() throws Exception {
    facts.root = true;
    facts.users.add("web");
    facts
        .file("/home/web/bin/node", "")
        .says("env -i /home/web/bin/node --version", "v22.6.6")
        .says(
            "env -i setpriv --reuid=1001 --regid=1002 --init-groups --inh-caps=-all"
                + " --no-new-privs /home/web/bin/node --version",
            "v22.1.0");
    String app = "command = [\"node\", \"a.js\"]\n";
    String path = "[env]\nPATH = \"/home/web/bin\"";
    assertThat(only(new NodeCheck(), app + "user = \"web\"\n" + path).what())
        .endsWith(" says v22.1.0");
    Finding asRoot = only(new NodeCheck(), app + path);
    assertThat(asRoot.level()).isEqualTo(Level.WARN);
    assertThat(asRoot.what()).contains("/home/web/bin/node of app web was not asked");
  }

  @ParameterizedTest
  @CsvSource({
    "/opt/n/node, 0, rwxr-xr-x, true",
    "/opt/n/node, 1001, rwxr-xr-x, false",
    "/opt/n/node, 0, rwxrwxr-x, false",
    "/opt/n, 0, rwxr-xrwx, false",
    "/opt, 1001, rwxr-xr-x, false",
    "/, 0, rwxrwxrwx, false"
  })
  void asRootRunsOnlyWhatIsRootsFromTheTopOn(
      String changed, long owner, String mode, boolean trusted) throws Exception {
    facts.root = true;
    for (String part : List.of("/", "/opt", "/opt/n", "/opt/n/node")) {
      facts.owners.put(part, 0L);
      facts.permissions.put(part, "rwxr-xr-x");
    }
    facts.owners.put(changed, owner);
    facts.permissions.put(changed, mode);
    facts.targets.put("/usr/bin/node", "/opt/n/node"); // What counts is where it leads to.
    facts.file("/usr/bin/node", "").says("env -i /opt/n/node --version", "v22.1.0");
    Finding finding = only(new NodeCheck(), "command = [\"node\", \"a.js\"]");
    assertThat(finding.level()).isEqualTo(trusted ? Level.OK : Level.WARN);
    assertThat(finding.what()).contains(trusted ? "says v22.1.0" : "could change " + changed);
  }

  @Test
  void aRelativeEntryOfThePathIsNotLookedAt() throws Exception {
    facts.file("/node", "").file("bin/node", "").file("./node", "");
    assertThat(
            only(new NodeCheck(), "command = [\"node\", \"a.js\"]\n[env]\nPATH = \"bin:.:\"")
                .level())
        .isEqualTo(Level.BAD);
  }

  @Test
  void judgesTheSystemsJournal() throws Exception {
    assertThat(only(new JournaldCheck()).level()).isEqualTo(Level.WARN);
    facts.file("/run/systemd/journal/socket", "");
    assertThat(only(new JournaldCheck()).level()).isEqualTo(Level.OK);
  }

  @Test
  void looksAtThisVeryHost() throws Exception {
    Files.writeString(temp.resolve("agent.toml"), "root = \"r\"\nrun = \"s\"\n");
    config("");
    Files.writeString(temp.resolve("agent.toml"), "root = \"r\"\nrun = \"s\"\n");
    List<Finding> findings = Doctor.examine(temp.resolve("agent.toml"));
    assertThat(findings)
        .extracting(Finding::check)
        .contains(
            "agent", "kernel", "libc", "yama", "limits", "clock", "files", "disk", "trust", "ports",
            "node");
    assertThat(findings)
        .filteredOn(finding -> List.of("kernel", "libc", "trust").contains(finding.check()))
        .as("the agent's own tests run here")
        .allMatch(finding -> finding.level() == Level.OK);
  }

  @Test
  void seesARealHolderOfAPort() throws Exception {
    try (java.net.ServerSocket held =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      assertThat(new HostView().listeners(held.getLocalPort()))
          .extracting(Facts.Holder::pid)
          .contains(ProcessHandle.current().pid());
    }
  }

  @Test
  void aCommandThatIsNotThereSaysNothing() {
    assertThat(new HostView().output(List.of("/nowhere/at/all"))).isEmpty();
    assertThat(new HostView().output(List.of("false"))).isEmpty();
    assertThat(new HostView().output(List.of("echo", " x "))).hasValue("x");
  }

  @Test
  void aWrongConfigurationIsAllThatIsSaid() throws Exception {
    Files.writeString(temp.resolve("agent.toml"), "nonsense = 1\n");
    assertThat(Doctor.examine(temp.resolve("agent.toml")))
        .singleElement()
        .returns(Level.BAD, Finding::level)
        .extracting(Finding::what)
        .asString()
        .contains("agent.toml:1:1", "nonsense");
  }
}
