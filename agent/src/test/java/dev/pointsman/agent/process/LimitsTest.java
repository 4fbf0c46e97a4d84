package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.linux.Users;
import dev.pointsman.agent.process.Launcher.Launched;
import dev.pointsman.agent.process.LimitCommands.Rights;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel says of a process is what was asked for. */
class LimitsTest {
  private static final List<String> LIMITS =
      List.of(
          "Limit                     Soft Limit           Hard Limit           Units     ",
          "Max core file size        0                    1048576              bytes     ",
          "Max processes             100                  200                  processes ",
          "Max open files            1024                 4096                 files     ",
          "Max nice priority         25                   25                             ");
  private static final Rights FEW = new Rights(0, LIMITS, 1 << 20);
  private static final Rights ALL = new Rights(-1, LIMITS, 1 << 20);

  @TempDir Path directory;
  private Launcher launcher;

  @BeforeEach
  void start() throws Exception {
    launcher = new Launcher(directory);
  }

  @AfterEach
  void stop() throws Exception {
    launcher.close();
  }

  private Launched launch(Optional<String> user, ProcessLimits limits) throws Exception {
    Launched launched =
        launcher.launch(
            new LaunchSpec(
                List.of("sleep", "600"),
                Path.of("/"),
                Map.of("PATH", "/usr/bin:/bin"),
                directory.resolve("log"),
                List.of(),
                user,
                limits));
    Eventually.until(
        "it is the program itself: " + launcher.output(),
        () -> file(launched, "comm").equals("sleep\n"));
    return launched;
  }

  private static String file(Launched process, String name) throws Exception {
    return Files.readString(Path.of("/proc/" + process.pid() + "/" + name));
  }

  private static String[] limit(Launched process, String title) throws Exception {
    return file(process, "limits")
        .lines()
        .filter(line -> line.startsWith(title))
        .map(line -> line.substring(title.length()).strip().split("\\s+"))
        .findFirst()
        .orElseThrow();
  }

  private static int niceness(Launched process) throws Exception {
    String stat = file(process, "stat");
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
  }

  @Test
  void aPlainWorkerGainsNoPrivilegeAndHasTheUsualUmask() throws Exception {
    Launched worker = launch(Optional.empty(), ProcessLimits.NONE);

    assertThat(file(worker, "status")).contains("NoNewPrivs:\t1\n", "Umask:\t0022\n");
  }

  @Test
  void everyLimitIsTheKernelsLimit() throws Exception {
    int own = niceness(launch(Optional.empty(), ProcessLimits.NONE));
    ProcessLimits limits =
        new ProcessLimits(Optional.of(777), Optional.of(0L), Optional.of(333), 3, 027);

    Launched worker = launch(Optional.empty(), limits);

    assertThat(limit(worker, "Max open files")).startsWith("777", "777");
    assertThat(limit(worker, "Max core file size")).startsWith("0", "0");
    assertThat(limit(worker, "Max processes")).startsWith("333", "333");
    assertThat(niceness(worker)).isEqualTo(own + 3);
    assertThat(file(worker, "status")).contains("NoNewPrivs:\t1\n", "Umask:\t0027\n");
    assertThat(ProcFiles.stat(worker.pid()).orElseThrow().session()).isEqualTo(worker.pid());
  }

  @Test
  void anotherUserIsHeldToThemAsWell() throws Exception {
    ProcessLimits limits =
        new ProcessLimits(Optional.of(555), Optional.empty(), Optional.empty(), 2, 077);
    if (Users.effectiveUid() != 0) {
      assertThat(refusal(() -> launch(Optional.of("nobody"), limits))).contains("may not start");
      return;
    }

    Launched worker = launch(Optional.of("nobody"), limits);

    int nobody = Users.find("nobody").orElseThrow().uid();
    assertThat(file(worker, "status"))
        .contains("Uid:\t" + nobody + "\t", "Umask:\t0077\n", "CapEff:\t0000000000000000\n");
    assertThat(limit(worker, "Max open files")).startsWith("555", "555");
  }

  @Test
  void refusesWhatNobodyMayGrant() throws Exception {
    assertThat(refusal(files((1 << 20) + 1), ALL))
        .isEqualTo(
            "nofile = 1048577 under [resources]: the kernel allows no more than 1048576 (fs.nr_open)");
    long most =
        Long.parseLong(Files.readAllLines(Path.of("/proc/sys/fs/nr_open")).getFirst().strip());
    if (most < Integer.MAX_VALUE) {
      assertThat(refusal(() -> launch(Optional.empty(), files((int) most + 1))))
          .contains("the kernel allows no more than " + most);
    }
  }

  @Test
  void refusesWhatThisAgentMayNotGrantAndSaysHowItCould() throws Exception {
    assertThat(LimitCommands.of(files(4096), FEW)).contains("--nofile=4096:4096");
    assertThat(refusal(files(4097), FEW))
        .contains("nofile = 4097", "hard limit is 4096", "LimitNOFILE=");
    assertThat(LimitCommands.of(files(4097), ALL)).contains("--nofile=4097:4097");
    ProcessLimits core =
        new ProcessLimits(Optional.empty(), Optional.of(1L << 30), Optional.of(100), 0, 022);
    assertThat(refusal(core, FEW)).contains("core = 1073741824", "hard limit is 1048576");
  }

  @Test
  void refusesPrecedenceWithoutThePrivilegeForIt() throws Exception {
    assertThat(LimitCommands.of(nice(-5), FEW)).endsWith("-n", "-5"); // RLIMIT_NICE allows -5.
    assertThat(refusal(nice(-6), FEW)).contains("nice = -6", "CAP_SYS_NICE");
    assertThat(LimitCommands.of(nice(-20), ALL)).endsWith("-n", "-20");
    assertThat(LimitCommands.of(nice(19), FEW)).endsWith("-n", "19");
  }

  @Test
  void noLimitNeedsNoProgram() throws Exception {
    assertThat(LimitCommands.of(ProcessLimits.NONE, FEW)).isEmpty();
  }

  private static ProcessLimits files(int count) {
    return new ProcessLimits(Optional.of(count), Optional.empty(), Optional.empty(), 0, 022);
  }

  private static ProcessLimits nice(int nice) {
    return new ProcessLimits(Optional.empty(), Optional.empty(), Optional.empty(), nice, 022);
  }

  private interface Attempt {
    Object run() throws Exception;
  }

  private static String refusal(ProcessLimits limits, Rights rights) {
    return refusal(() -> LimitCommands.of(limits, rights));
  }

  private static String refusal(Attempt attempt) {
    Rejected rejected = catchThrowableOfType(Rejected.class, attempt::run);
    assertThat(rejected).isNotNull();
    assertThat(rejected.code()).isEqualTo(ErrorCode.COMMAND_INVALID);
    return rejected.detail();
  }
}
