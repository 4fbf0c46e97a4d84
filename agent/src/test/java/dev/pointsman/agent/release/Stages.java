package dev.pointsman.agent.release;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.BundleHead;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stages small releases for tests. */
final class Stages {
  static final AppName WEB = new AppName("web");
  static final Instant CREATED = Instant.parse("2026-11-22T18:45:07Z");

  /** An ordinary little tree. */
  static final Map<String, String> TREE =
      Map.of("server/main.js", "listen()", "server/run.sh", "#!/bin/sh", "index.html", "<html>");

  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private Stages() {}

  static Manifest manifest(ReleaseId id) {
    return new Manifest(
        WEB,
        id,
        1,
        CREATED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new Manifest.Archive("0".repeat(64), 1, "tar", 1, 1)),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Stages and publishes a tree with a link and an empty directory besides {@code files}. */
  static StagedRelease publish(ReleaseStore store, ReleaseId id, Map<String, String> files)
      throws IOException, Rejected {
    Session session = store.session(id);
    session.create();
    try (Staging staging = stage(session)) {
      return publish(store, staging, id, files);
    } finally {
      session.delete();
    }
  }

  /** A tree to be grown in a session of its own. */
  static Staging stage(ReleaseStore store, ReleaseId id) throws IOException {
    Session session = store.session(id);
    session.create();
    return stage(session);
  }

  private static Staging stage(Session session) throws IOException {
    return session.stage(CREATED, ByteBuffer.allocateDirect(8 << 10));
  }

  static StagedRelease publish(
      ReleaseStore store, Staging staging, ReleaseId id, Map<String, String> files)
      throws IOException, Rejected {
    Manifest manifest = manifest(id);
    ReleaseTree tree = fill(staging, files);
    BundleHead head =
        new BundleHead(manifest.toJson(), Map.of("release.json.sig", new byte[] {1, 2, 3}));
    return store.publish(
        staging,
        new ReleaseStore.Statement(head, manifest, List.of("ci@web")),
        tree,
        ReleaseStore.Keeping.NOTHING);
  }

  static ReleaseTree fill(Staging staging, Map<String, String> files) throws IOException, Rejected {
    TreeBuilder builder = new TreeBuilder(new TreeLimits(1_000, 100, 1 << 20, 1 << 20, 1 << 20));
    for (Map.Entry<String, String> file : files.entrySet()) {
      byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
      boolean executable = file.getKey().endsWith(".sh");
      builder.claimFile(file.getKey(), content.length);
      NewFile made = staging.createFile(file.getKey());
      String sha256;
      try (made) {
        made.write(content, 0, content.length);
        sha256 = made.sha256();
      }
      staging.settle(made, executable);
      builder.add(new TreeEntry.File(file.getKey(), executable, content.length, sha256));
    }
    builder.addLink("bin/start", "../server/run.sh");
    builder.addDirectory("uploads/empty");
    ReleaseTree tree = builder.build();
    staging.finish(tree);
    try (WritableByteChannel out = Files.newByteChannel(staging.list(), NEW)) {
      out.write(tree.list());
    }
    return tree;
  }
}
