package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.CrashBundle.Kind;
import dev.pointsman.agent.crash.Recorder;
import dev.pointsman.agent.release.DiskSnapshot;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that fails at every single call of what an app does, once or from then on. */
class FaultyDiskTest {
  private static final ReleaseId R1 = new ReleaseId("r1");
  private static final ReleaseId R2 = new ReleaseId("r2");
  private static final int MOST_CALLS = 400;

  /** What still works on a full disk. */
  private static final Set<String> FREES =
      Set.of("unlink", "rmdir", "ftruncate", "chmod", "utimens");

  @TempDir static Path directory;
  private static CrashHost.Setup setup;
  private static CrashBundle r1;
  private static CrashBundle listed;
  private static CrashBundle archived;

  @BeforeAll
  static void makeBundles() throws Exception {
    setup = CrashHost.Setup.make(directory);
    Map<String, String> files =
        Map.of("server/run.sh", "#!/bin/sh", "index.html", "<html>", "copy.html", "<html>");
    r1 = setup.bundle(directory, Kind.LISTED, "r1", 1, files);
    listed =
        setup.bundle(
            directory, Kind.LISTED, "r2", 2, Map.of("server/run.sh", "#!/bin/sh 2", "a/b/c", "x"));
    archived =
        setup.bundle(
            directory.resolve("archived"),
            Kind.ARCHIVED,
            "r2",
            2,
            Map.of("server/run.sh", "#!/bin/sh 3"));
  }

  /** How the disk fails. */
  enum Fault {
    FULL_ONCE("No space left on device", false),
    FULL("No space left on device", true),
    QUOTA("Disk quota exceeded", true),
    BROKEN_ONCE("Input/output error", false);

    final String text;
    final boolean goesOn;

    Fault(String text, boolean goesOn) {
      this.text = text;
      this.goesOn = goesOn;
    }

    boolean isFull() {
      return this != BROKEN_ONCE;
    }
  }

  /** Fails the {@code at}-th call, and what needs room after it where the disk stays full. */
  private static final class Injection implements Recorder.Faults {
    private final Fault fault;
    private int left;
    private String call = "";
    private String path = "";

    Injection(Fault fault, int at) {
      this.fault = fault;
      this.left = at;
    }

    @Override
    public void before(String what, Path where) throws IOException {
      if (fault.isFull() && FREES.contains(what)) {
        return;
      }
      left--;
      if (left == 0) {
        call = what;
        path = where.toString();
      }
      if (left == 0 || (left < 0 && fault.goesOn)) {
        throw new FileSystemException(where.toString(), null, fault.text);
      }
    }

    boolean struck() {
      return !call.isEmpty();
    }

    boolean struckTheJournal() {
      return path.endsWith("/journal");
    }

    @Override
    public String toString() {
      return fault + " at " + call + " of " + path;
    }
  }

  /** Something that is done to a host with r1 deployed. */
  private interface Action {
    void run(CrashHost host) throws Exception;
  }

  private Path live(int at) throws IOException {
    return Files.createTempDirectory(directory, "live" + at + "-");
  }

  /** Every call of {@code action} fails once; {@code after} says what must hold then. */
  private void atEveryCall(Fault fault, Action action, After after) throws Exception {
    for (int at = 1; at < MOST_CALLS; at++) {
      Injection injection = new Injection(fault, at);
      Recorder recorder = new Recorder(live(at));
      if (!strike(injection, recorder, action, after)) {
        assertThat(at).as("calls that failed").isGreaterThan(2);
        return;
      }
      comesBack(injection, recorder, action);
    }
    throw new AssertionError("more than " + MOST_CALLS + " calls");
  }

  /** Whether there was a call to be struck. */
  private static boolean strike(Injection injection, Recorder recorder, Action action, After after)
      throws Exception {
    try (CrashHost host = CrashHost.open(setup, recorder.root(), new Synced(recorder))) {
      host.receive(r1);
      host.deploy(R1);
      Map<String, String> before = visible(recorder);
      recorder.inject(injection);
      Optional<Throwable> thrown = attempt(action, host);
      recorder.inject((_, _) -> {});
      if (injection.struck()) {
        after.check(injection, thrown, recorder, host, before);
      } else {
        assertThat(thrown).as("nothing failed").isEmpty();
      }
      return injection.struck();
    }
  }

  private interface After {
    void check(
        Injection injection,
        Optional<Throwable> thrown,
        Recorder recorder,
        CrashHost host,
        Map<String, String> before)
        throws Exception;
  }

  private static Optional<Throwable> attempt(Action action, CrashHost host) {
    try {
      action.run(host);
      return Optional.empty();
    } catch (Exception | Error e) {
      return Optional.of(e);
    }
  }

  /** What was tried can be done on a disk that is well again. */
  private static void comesBack(Injection injection, Recorder recorder, Action action)
      throws Exception {
    try (CrashHost host = CrashHost.open(setup, recorder.root(), new Synced(recorder))) {
      assertThat(attempt(action, host)).as("after %s, started again", injection).isEmpty();
      host.disk().releases().verifyFully(R1);
      assertThat(Path.of(recorder.root() + "/incoming"))
          .as("after %s", injection)
          .isEmptyDirectory();
    }
  }

  private static Map<String, String> visible(Recorder recorder) throws IOException {
    Map<String, String> seen = DiskSnapshot.of(Path.of(recorder.root().toString()));
    seen.keySet().removeIf(name -> name.endsWith("/journal") || name.startsWith("store"));
    return seen;
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void anUploadWithAListLeavesNothing(Fault fault) throws Exception {
    atEveryCall(
        fault, host -> host.receive(listed), (i, t, r, h, b) -> upload(i, t, r, h, b, listed));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void anUploadOfAnArchiveLeavesNothing(Fault fault) throws Exception {
    atEveryCall(
        fault, host -> host.receive(archived), (i, t, r, h, b) -> upload(i, t, r, h, b, archived));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void anUploadInPartsLeavesAtMostASession(Fault fault) throws Exception {
    atEveryCall(
        fault, host -> host.receiveDelta(listed), (i, t, r, h, b) -> upload(i, t, r, h, b, listed));
  }

  private static void upload(
      Injection injection,
      Optional<Throwable> thrown,
      Recorder recorder,
      CrashHost host,
      Map<String, String> before,
      CrashBundle bundle)
      throws Exception {
    boolean latched = host.disk().ledger().isReadonly();
    assertThat(latched).as("read-only after %s", injection).isEqualTo(injection.struckTheJournal());
    boolean staged = host.disk().ledger().state().staged().contains(bundle.id());
    if (thrown.isPresent() && !staged) {
      isAnswerable(injection, thrown.get());
      if (latched && host.disk().releases().find(bundle.id()).isPresent()) {
        host.disk().releases().verifyFully(bundle.id()); // As after a crash before the journal.
      } else {
        assertThat(visible(recorder)).as("what is left after %s", injection).isEqualTo(before);
      }
    } else {
      host.disk().releases().verifyFully(bundle.id()); // Only something after it failed.
    }
    assertThat(host.disk().releases().current()).contains(R1);
    if (!latched) {
      host.receive(bundle);
      host.disk().releases().verifyFully(bundle.id());
    }
  }

  private static void isAnswerable(Injection injection, Throwable thrown) {
    if (injection.fault.isFull() && !injection.struckTheJournal()) {
      assertThat(thrown).as(injection.toString()).isInstanceOf(Rejected.class);
      assertThat(((Rejected) thrown).code())
          .as(injection.toString())
          .isIn(ErrorCode.DISK_SPACE, ErrorCode.DISK_INODES);
    } else {
      assertThat(thrown)
          .as(injection.toString())
          .isInstanceOfAny(IOException.class, Rejected.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aDeploymentLeavesTheOldOrTheNew(Fault fault) throws Exception {
    atEveryCall(
        fault,
        host -> {
          if (host.disk().releases().find(R2).isEmpty()) {
            host.receive(listed);
          }
          host.disk().releases().flip(R2);
        },
        (injection, thrown, recorder, host, _) -> {
          thrown.ifPresent(it -> isAnswerableFault(injection, it));
          assertThat(host.disk().releases().current().orElseThrow()).isIn(R1, R2);
        });
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aRemovalThatFailsIsEndedByTheNextStart(Fault fault) throws Exception {
    List<String> left = new ArrayList<>();
    atEveryCall(
        fault,
        host -> {
          if (host.disk().releases().find(R2).isEmpty()) {
            host.receive(listed);
          }
          host.disk().releases().remove(R2);
        },
        (injection, thrown, recorder, host, before) -> {
          thrown.ifPresent(it -> isAnswerableFault(injection, it));
          assertThat(host.disk().releases().current()).contains(R1);
          host.disk().releases().verifyFully(R1);
          left.add(injection.toString());
        });
    assertThat(left).isNotEmpty();
  }

  private static void isAnswerableFault(Injection injection, Throwable thrown) {
    assertThat(thrown).as(injection.toString()).isInstanceOfAny(IOException.class, Rejected.class);
  }

  /** As the agent syncs, with the recorder in the place of syncfs(2). */
  private record Synced(Recorder recorder) implements Durability {
    @Override
    public void barrier(Path path) throws IOException {
      recorder.syncAll();
    }

    @Override
    public void syncDirectory(Path path) throws IOException {
      new SyncfsDurability().syncDirectory(path);
    }
  }
}
