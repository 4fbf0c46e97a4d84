package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.bundle.BundleHead;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecyclingTest {
  private static final ReleaseId R1 = new ReleaseId("r1");
  private static final ReleaseId R2 = new ReleaseId("r2");
  private static final ReleaseId R3 = new ReleaseId("r3");
  private static final Map<String, String> OLD =
      Map.of(
          "a/same.js",
          "same",
          "a/other.js",
          "old!",
          "gone/b.js",
          "gone",
          "server/run.sh",
          "#!/bin/sh");
  private static final Map<String, String> NEXT =
      Map.of(
          "a/same.js",
          "same",
          "a/other.js",
          "new!",
          "c/new.js",
          "more",
          "server/run.sh",
          "#!/bin/sh");

  @TempDir private Path root;
  private ReleaseStore store;
  private Path old;

  @BeforeEach
  void retireARelease() throws Exception {
    store = open();
    old = Stages.publish(store, R1, OLD).directory();
    Stages.publish(store, R2, Stages.TREE);
  }

  private ReleaseStore open() throws IOException {
    return ReleaseStore.open(
        root,
        Stages.WEB,
        new FsyncDurability(),
        Clock.fixed(Instant.parse("2026-11-22T19:00:00Z"), ZoneOffset.UTC));
  }

  private Path releases() {
    return root.resolve("apps/web/releases");
  }

  private Path meta() {
    return root.resolve("apps/web/meta");
  }

  private static List<String> names(Path directory) throws IOException {
    try (var children = Files.list(directory)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private static ReleaseTree tree(Map<String, String> files) throws Exception {
    TreeBuilder builder = new TreeBuilder(new TreeLimits(1_000, 100, 1 << 20, 1 << 20, 1 << 20));
    for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
      byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
      builder.claimFile(file.getKey(), content.length);
      builder.add(
          new TreeEntry.File(
              file.getKey(), file.getKey().endsWith(".sh"), content.length, Sha256.of(content)));
    }
    builder.addLink("bin", "server/run.sh");
    return builder.build();
  }

  /** Stages {@code NEXT} as the release r3, by recycling, and publishes it. */
  private Set<String> stageNext() throws Exception {
    ReleaseTree next = tree(NEXT);
    Session session = store.session(R3);
    session.create();
    try (Staging staging = session.stage(Stages.CREATED, ByteBuffer.allocateDirect(8 << 10))) {
      write(staging, next, "c/new.js"); // Was sent.
      BitSet placed = new BitSet();
      placed.set(next.indexOfFile("c/new.js"));
      BitSet kept = staging.recycle(store, next, placed);
      Set<String> paths = new TreeSet<>();
      for (int i = 0; i < next.files().size(); i++) {
        if (kept.get(i)) {
          paths.add(next.files().get(i).path());
        } else if (!placed.get(i)) {
          write(staging, next, next.files().get(i).path());
        }
      }
      staging.finish(next);
      try (var out =
          Files.newByteChannel(
              staging.list(), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
        out.write(next.list());
      }
      Manifest manifest = Stages.manifest(R3);
      BundleHead head =
          new BundleHead(manifest.toJson(), Map.of("release.json.sig", new byte[] {1}));
      store.publish(
          staging,
          new ReleaseStore.Statement(head, manifest, List.of("ci@web")),
          next,
          ReleaseStore.Keeping.NOTHING);
      return paths;
    } finally {
      session.delete();
    }
  }

  private static void write(Staging staging, ReleaseTree tree, String path) throws Exception {
    NewFile file = staging.createFile(path);
    byte[] content = NEXT.get(path).getBytes(StandardCharsets.UTF_8);
    try (file) {
      file.write(content, 0, content.length);
      assertThat(file.sha256()).isEqualTo(tree.file(path).orElseThrow().sha256());
    }
    staging.settle(file, path.endsWith(".sh"));
  }

  @Test
  void makesTheNextReleaseOfTheOldOneAndKeepsOnlyWhatIsTheSame() throws Exception {
    Object inode = inode(old.resolve("a/same.js"));
    store.retire(R1);
    assertThat(names(releases())).containsExactly(".spare-r1", "r2");
    assertThat(store.find(R1)).isEmpty();

    assertThat(stageNext()).containsExactly("a/same.js", "server/run.sh");

    store.verifyFully(R3);
    assertThat(inode(releases().resolve("r3/a/same.js"))).isEqualTo(inode);
    assertThat(names(releases())).containsExactly("r2", "r3");
    assertThat(names(meta())).containsExactly("r2", "r3");
    assertThat(releases().resolve("r3/a/other.js")).hasContent("new!");
  }

  @Test
  void leavesNothingThatTheListDoesNotName() throws Exception {
    Files.writeString(old.resolve("a/added.js"), "by the app");
    Files.createSymbolicLink(old.resolve("a/away"), root);
    Files.createDirectories(old.resolve("added/deep"));
    Path outside = Files.writeString(root.resolve("outside"), "not ours");
    Files.createSymbolicLink(old.resolve("added/out"), outside);
    store.retire(R1);

    stageNext();

    store.verifyFully(R3); // Also that there is nothing else.
    assertThat(outside).hasContent("not ours");
  }

  @Test
  void writesAnewWhatSomebodyWroteToOrReplaced() throws Exception {
    Path same = old.resolve("a/same.js");
    Files.setPosixFilePermissions(same, PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(same, "SAME");
    Files.setPosixFilePermissions(same, PosixFilePermissions.fromString("r--r--r--"));
    Files.delete(old.resolve("server/run.sh"));
    Files.createSymbolicLink(old.resolve("server/run.sh"), root.resolve("outside"));
    store.retire(R1);

    assertThat(stageNext()).isEmpty();

    store.verifyFully(R3);
  }

  @Test
  void neverLooksThroughALinkThatStandsForADirectory() throws Exception {
    Path outside = Files.createDirectories(root.resolve("outside/a"));
    Files.writeString(outside.resolve("same.js"), "same");
    Deletion.delete(old.resolve("a"));
    Files.createSymbolicLink(old.resolve("a"), outside);
    store.retire(R1);

    assertThat(stageNext()).containsExactly("server/run.sh");

    store.verifyFully(R3);
    assertThat(outside.resolve("same.js")).hasContent("same");
  }

  @Test
  void keepsOneSpareOnlyAndDropsIt() throws Exception {
    Stages.publish(store, R3, NEXT);
    store.retire(R1);
    store.retire(R2);

    assertThat(names(releases())).containsExactly(".spare-r2", "r3");
    assertThat(names(meta())).containsExactly(".spare-r2", "r3");
    assertThat(store.dropSpares()).isEqualTo(1);
    assertThat(store.dropSpares()).isZero();
    assertThat(names(releases())).containsExactly("r3");
    assertThat(names(meta())).containsExactly("r3");
  }

  @Test
  void aSpareOutlivesARestartButHalfOfOneDoesNot() throws Exception {
    store.retire(R1);
    store = open();
    assertThat(store.recover(Set.of(R2)).notices()).isEmpty();
    assertThat(names(releases())).containsExactly(".spare-r1", "r2");

    Deletion.delete(meta().resolve(".spare-r1"));
    assertThat(store.recover(Set.of(R2)).notices()).isEmpty();
    assertThat(names(releases())).containsExactly("r2");

    store.retire(R2);
    Deletion.delete(releases().resolve(".spare-r2"));
    store.recover(Set.of());
    assertThat(names(meta())).isEmpty();
  }

  @Test
  void leavesATreeAloneThatAProcessWorksIn() throws Exception {
    store.retire(R1);
    Process process =
        new ProcessBuilder("cat").directory(releases().resolve(".spare-r1/a").toFile()).start();
    try {
      assertThat(stageNext()).isEmpty();
      assertThat(names(releases())).containsExactly(".spare-r1", "r2", "r3");
    } finally {
      process.getOutputStream().close();
      process.waitFor();
    }
    assertThat(store.takeSpare(root.resolve("taken"))).isPresent();
  }

  @Test
  void aSpareWhoseListIsDamagedIsNotUsed() throws Exception {
    store.retire(R1);
    Path list = meta().resolve(".spare-r1/files.lst");
    Files.delete(list);
    Files.writeString(list, "#pointsman-tree 1\n");

    assertThat(stageNext()).isEmpty();
    store.verifyFully(R3);
  }
}
