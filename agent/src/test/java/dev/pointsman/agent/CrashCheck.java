package dev.pointsman.agent;

import dev.pointsman.agent.release.DiskSnapshot;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Recovers what a crash left, and says what of it is not as it was promised. */
final class CrashCheck {
  /** What is looked at is thrown away: nothing of it has to reach a disk. */
  static final Durability NONE =
      new Durability() {
        @Override
        public void barrier(Path directory) {}

        @Override
        public void syncDirectory(Path directory) {}
      };

  private final CrashHost.Setup setup;
  private final List<CrashBundle> bundles;

  /** {@code bundles}: what is uploaded, in order; the last one never was before. */
  CrashCheck(CrashHost.Setup setup, List<CrashBundle> bundles) {
    this.setup = setup;
    this.bundles = bundles;
  }

  /** Everything that is wrong below {@code root}; leaves it changed. */
  List<String> violations(Path root, List<Promise> promises) {
    List<String> wrong = new ArrayList<>();
    try {
      visible(root.resolve("apps/web"), wrong);
      boolean deployed = promises.stream().anyMatch(Promise.Deployed.class::isInstance);
      if (deployed && !Files.isDirectory(root.resolve("apps/web/current"))) {
        wrong.add("current leads nowhere until somebody repairs it");
      }
      recoverTwice(root, promises, wrong);
      retry(root, promises, wrong);
    } catch (Exception | AssertionError e) {
      wrong.add("the host does not come back: " + e);
    }
    return wrong;
  }

  /** What bears a release's name is complete, even before anybody looks at it. */
  private static void visible(Path app, List<String> wrong) throws IOException {
    if (!Files.isDirectory(app.resolve("releases"))) {
      return;
    }
    try (Stream<Path> releases = Files.list(app.resolve("releases"))) {
      for (Path release : (Iterable<Path>) releases::iterator) {
        String id = release.getFileName().toString();
        Path list = app.resolve("meta").resolve(id).resolve("files.lst");
        if (!id.startsWith(".") && !(Files.exists(list) && isWhole(release, list))) {
          wrong.add("the release " + id + " is visible and not complete");
        }
      }
    }
  }

  private static boolean isWhole(Path release, Path list) throws IOException {
    List<String> lines = Files.readAllLines(list);
    if (lines.isEmpty()) {
      return false;
    }
    for (String line : lines.subList(1, lines.size())) {
      Path path = release.resolve(line.substring(line.indexOf("./") + 2));
      boolean there =
          switch (line.charAt(0)) {
            case 'f' -> Files.isRegularFile(path) && line.contains(" " + digest(path) + " ");
            case 'l' ->
                Files.isSymbolicLink(release.resolve(line.substring(line.indexOf('\t') + 1)));
            default -> Files.isDirectory(path);
          };
      if (!there) {
        return false;
      }
    }
    return true;
  }

  private static String digest(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void recoverTwice(Path root, List<Promise> promises, List<String> wrong)
      throws Exception {
    try (CrashHost host = CrashHost.open(setup, root, NONE)) {
      releases(host, promises, wrong);
      current(host, promises, wrong);
      objects(root.resolve("store/v1"), wrong);
    }
    Map<String, String> once = snapshot(root);
    try (CrashHost _ = CrashHost.open(setup, root, NONE)) {
      if (!snapshot(root).equals(once)) {
        wrong.add("a second recovery changes " + once + " to " + snapshot(root));
      }
    }
  }

  private static void releases(CrashHost host, List<Promise> promises, List<String> wrong)
      throws Exception {
    Set<ReleaseId> here = new HashSet<>();
    for (StagedRelease release : host.disk().releases().list()) {
      here.add(release.id());
      host.disk().releases().verifyFully(release.id());
    }
    Set<ReleaseId> known = host.disk().ledger().state().staged();
    if (!known.containsAll(here)) {
      wrong.add("releases " + here + " lie there, the journal knows " + known);
    }
    long high = host.floor(CrashHost.WEB).high().map(mark -> mark.sequence()).orElse(0L);
    for (Promise promise : promises) {
      if (promise instanceof Promise.Staged(ReleaseId id, long sequence)) {
        boolean going = promises.contains(new Promise.RemovalBegun(id));
        if (!going && !(here.contains(id) && known.contains(id))) {
          wrong.add("the staged release " + id + " is lost");
        }
        if (high < sequence) {
          wrong.add("the floor " + high + " is below the accepted number " + sequence);
        }
      } else if (promise instanceof Promise.Pinned(ReleaseId id)
          && !host.disk().ledger().state().pinned().contains(id)) {
        wrong.add("the release " + id + " is no longer pinned");
      }
    }
  }

  private static void current(CrashHost host, List<Promise> promises, List<String> wrong)
      throws Exception {
    Optional<ReleaseId> deployed = Optional.empty();
    Set<Optional<ReleaseId>> allowed = new HashSet<>(Set.of(Optional.empty()));
    for (Promise promise : promises) {
      if (promise instanceof Promise.DeploymentBegun(ReleaseId id)) {
        allowed.add(Optional.of(id));
      } else if (promise instanceof Promise.Deployed(ReleaseId id)) {
        deployed = Optional.of(id);
        allowed = new HashSet<>(Set.of(deployed));
      }
    }
    Optional<ReleaseId> current = host.disk().releases().current();
    if (!allowed.contains(current)) {
      wrong.add("current names " + current + " and not one of " + allowed);
    }
    if (current.isPresent() && host.disk().releases().find(current.get()).isEmpty()) {
      wrong.add("current names " + current + ", which is not here");
    }
    var wanted = host.disk().ledger().state().wanted();
    if (deployed.isPresent()
        && (wanted == null || !allowed.contains(Optional.of(wanted.release())))) {
      wrong.add("wanted is " + wanted + " after " + deployed + " was deployed");
    }
  }

  /** Every object of the content store is what its name says. */
  private static void objects(Path store, List<String> wrong) throws Exception {
    if (!Files.isDirectory(store)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(store)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String name = store.relativize(path).toString().replace("/", "");
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && name.length() >= 64) {
          String is = digest(path);
          if (!name.startsWith(is)) {
            wrong.add("the object " + name + " has the digest " + is);
          }
        }
      }
    }
  }

  /** The upload that was under way, or would have come next, can be made. */
  private void retry(Path root, List<Promise> promises, List<String> wrong) throws Exception {
    try (CrashHost host = CrashHost.open(setup, root, NONE)) {
      long done =
          promises.stream()
              .mapToLong(it -> it instanceof Promise.Staged staged ? staged.sequence() : 0)
              .max()
              .orElse(0);
      CrashBundle next =
          bundles.stream().filter(it -> it.sequence() > done).findFirst().orElseThrow();
      host.receive(next);
      host.disk().releases().verifyFully(next.id());
      if (host.receive(next).created()) {
        wrong.add("the upload of " + next.id() + " is not known the second time");
      }
    }
  }

  private static Map<String, String> snapshot(Path root) throws IOException {
    Map<String, String> snapshot = DiskSnapshot.of(root);
    snapshot.keySet().removeIf(name -> name.endsWith("/journal")); // Counts the starts.
    return snapshot;
  }
}
