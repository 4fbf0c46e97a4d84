package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryTest {
  private static final ReleaseId OLD = new ReleaseId("old");
  private static final ReleaseId NEW = new ReleaseId("new");

  @TempDir private Path root;
  private ReleaseStore store;
  private Map<String, String> before;

  @BeforeEach
  void stageAnOldOne() throws Exception {
    store = open(new FsyncDurability());
    Stages.publish(store, OLD, Stages.TREE);
    store.flip(OLD);
    before = DiskSnapshot.of(root);
  }

  private ReleaseStore open(Durability durability) throws IOException {
    return ReleaseStore.open(root, Stages.WEB, durability, Clock.systemUTC());
  }

  private Path app() {
    return root.resolve("apps/web");
  }

  /** Stops in the barrier (1), after the evidence (2) or after the tree appeared (3). */
  private void killPublishing(int step) throws Exception {
    ReleaseStore dying = open(new StoppingDurability(step, Killed::new));
    Staging staging = Stages.stage(dying, NEW); // Not closed: a killed process closes nothing.
    assertThatThrownBy(() -> Stages.publish(dying, staging, NEW, Stages.TREE))
        .isInstanceOf(Killed.class);
    assertThat(DiskSnapshot.of(root)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void forgetsAReleaseThatHadNotAppeared(int step) throws Exception {
    killPublishing(step);
    Recovered recovered = open(new FsyncDurability()).recover(Set.of(OLD));
    assertThat(recovered.unacknowledged()).isEmpty();
    assertThat(DiskSnapshot.of(root)).isEqualTo(before);
    assertThat(Stages.publish(store, NEW, Stages.TREE).id()).isEqualTo(NEW);
  }

  @Test
  void keepsAReleaseThatHadAppearedAndTellsThatNobodyKnowsIt() throws Exception {
    killPublishing(3);
    Recovered recovered = open(new FsyncDurability()).recover(Set.of(OLD));
    assertThat(recovered.unacknowledged()).extracting(StagedRelease::id).containsExactly(NEW);
    assertThat(recovered.notices()).isEmpty();
    store.verifyFully(NEW);
    assertThat(root.resolve("incoming")).isEmptyDirectory();
    store.remove(NEW);
    assertThat(DiskSnapshot.of(root)).isEqualTo(before);
  }

  @Test
  void dropsAnUnknownReleaseWhoseContentIsWrong() throws Exception {
    killPublishing(3);
    Path file = app().resolve("releases/new/index.html");
    Files.delete(file);
    Recovered recovered = open(new FsyncDurability()).recover(Set.of(OLD));
    assertThat(recovered.unacknowledged()).isEmpty();
    assertThat(recovered.notices()).singleElement().asString().contains("new", "index.html");
    assertThat(DiskSnapshot.of(root)).isEqualTo(before);
  }

  @Test
  void dropsAReleaseWithoutEvidence() throws Exception {
    Stages.publish(store, NEW, Stages.TREE);
    Deletion.delete(app().resolve("meta/new"));
    assertThat(store.recover(Set.of(OLD, NEW)).notices()).hasSize(1);
    assertThat(DiskSnapshot.of(root)).isEqualTo(before);
  }

  @Test
  void dropsAReleaseWithHalfASeal() throws Exception {
    Stages.publish(store, NEW, Stages.TREE);
    Path seal = app().resolve("meta/new/seal");
    byte[] bytes = Files.readAllBytes(seal);
    Files.delete(seal);
    Files.write(seal, java.util.Arrays.copyOf(bytes, bytes.length - 10));
    assertThat(store.recover(Set.of(OLD)).notices()).hasSize(1);
    assertThat(DiskSnapshot.of(root)).isEqualTo(before);
  }

  @Test
  void keepsTheCurrentReleaseWhateverIsWrongWithItAndSaysSo() throws Exception {
    Deletion.delete(app().resolve("meta/old"));
    Recovered recovered = store.recover(Set.of());
    assertThat(recovered.notices()).singleElement().asString().contains("old", "kept");
    assertThat(app().resolve("current/index.html")).hasContent("<html>");
  }

  @Test
  void reportsACurrentThatLeadsNowhere() throws Exception {
    Deletion.delete(app().resolve("releases/old"));
    assertThat(store.recover(Set.of()).notices())
        .singleElement()
        .asString()
        .contains("named old, which is not here", "deploy a release");
    assertThat(store.current()).contains(OLD);
  }

  @Test
  void leadsCurrentBackToTheLastOneThatIsHere() throws Exception {
    Stages.publish(store, NEW, Stages.TREE);
    Deletion.delete(app().resolve("releases/old"));
    List<ReleaseId> wanted = List.of(OLD, new ReleaseId("older"), NEW);
    assertThat(store.recover(Set.of(OLD, NEW), wanted).notices())
        .singleElement()
        .asString()
        .contains("named old, which is not here; now it names new");
    assertThat(store.current()).contains(NEW);
    Files.delete(store.currentLink());
    assertThat(store.recover(Set.of(NEW), wanted).notices())
        .singleElement()
        .asString()
        .contains("was missing; now it names new");
    assertThat(store.recover(Set.of(NEW), wanted).notices()).isEmpty();
  }

  @Test
  void tellsThatSomebodyWroteToTheCurrentRelease() throws Exception {
    Path file = app().resolve("releases/old/index.html");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(store.recover(Set.of(OLD)).notices())
        .singleElement()
        .asString()
        .contains("index.html", "push old again");
  }

  @Test
  void deletesLeftoversOfThisAppAndNothingElse() throws Exception {
    Files.createDirectories(root.resolve("incoming/web.1234/tree/x"));
    Files.createDirectories(root.resolve("incoming/web-two.1234/tree"));
    Files.createDirectories(app().resolve("releases/.gc-r0/deep"));
    Files.createDirectories(app().resolve("releases/.st-r0-1/deep"));
    Files.createDirectories(app().resolve("meta/.tmp-r0"));
    Files.createDirectories(app().resolve("meta/r0"));
    Files.createSymbolicLink(app().resolve("current.abcd"), Path.of("releases/r0"));
    assertThat(store.recover(Set.of(OLD)).notices()).isEmpty();
    Deletion.delete(root.resolve("incoming/web-two.1234"));
    assertThat(DiskSnapshot.of(root)).isEqualTo(before);
  }

  @Test
  void neverDeletesThroughALink() throws Exception {
    Path outside = Files.createDirectories(root.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "x");
    Path garbage = Files.createDirectories(app().resolve("releases/.gc-r0"));
    Files.createSymbolicLink(garbage.resolve("out"), outside);
    Files.createSymbolicLink(app().resolve("releases/.gc-r1"), outside);
    store.recover(Set.of(OLD));
    assertThat(outside.resolve("precious")).hasContent("x");
    assertThat(app().resolve("releases")).isDirectoryNotContaining("glob:**/.gc-*");
  }

  @Test
  void givesTheSameTwice() throws Exception {
    killPublishing(3);
    Recovered first = store.recover(Set.of(OLD));
    Map<String, String> after = DiskSnapshot.of(root);
    assertThat(store.recover(Set.of(OLD))).isEqualTo(first);
    assertThat(DiskSnapshot.of(root)).isEqualTo(after);
  }

  @Test
  void endsAnInterruptedFlipWithTheOldOrTheNew() throws Exception {
    Stages.publish(store, NEW, Stages.TREE);
    ReleaseStore dying = open(new StoppingDurability(1, Killed::new));
    assertThatThrownBy(() -> dying.flip(NEW)).isInstanceOf(Killed.class);
    store.recover(Set.of(OLD, NEW));
    assertThat(store.current()).hasValueSatisfying(id -> assertThat(id).isIn(OLD, NEW));
    assertThat(app().resolve("current/index.html")).exists();
  }
}
