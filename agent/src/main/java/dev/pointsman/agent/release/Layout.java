package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Where things of one app lie below the root. */
record Layout(Path root, AppName name) {
  /** Begins the name of what is being deleted; never a release id. */
  static final String GARBAGE = ".gc-";

  Path incoming() {
    return incoming(root);
  }

  /** Where all apps' sessions are. */
  static Path incoming(Path root) {
    return root.resolve("incoming");
  }

  Path app() {
    return root.resolve("apps").resolve(name.value());
  }

  Path releases() {
    return app().resolve("releases");
  }

  Path meta() {
    return app().resolve("meta");
  }

  Path current() {
    return app().resolve("current");
  }

  Path release(ReleaseId id) {
    return releases().resolve(id.value());
  }

  Evidence evidence(ReleaseId id) {
    return new Evidence(meta().resolve(id.value()));
  }

  /** What holds the names of the directories, from the top. */
  List<Path> parents() {
    return List.of(root, root.resolve("apps"), app());
  }

  /** The first part of the names of this app's sessions; no app name has a dot. */
  String sessionPrefix() {
    return name + ".";
  }

  Session session(ReleaseId id) {
    return new Session(incoming().resolve(sessionPrefix() + id));
  }

  /** The release that the session in this directory of {@link #incoming} is for. */
  Optional<ReleaseId> ofSession(String directory) {
    return directory.startsWith(sessionPrefix())
        ? ReleaseId.parse(directory.substring(sessionPrefix().length()))
        : Optional.empty();
  }

  /** Creates what is missing and refuses what cannot be worked with. */
  void prepare() throws IOException {
    Files.createDirectories(root);
    ensure(root.resolve("apps"), Modes.DIRECTORY);
    ensure(incoming(), Modes.PRIVATE);
    ensure(app(), Modes.DIRECTORY);
    ensure(releases(), Modes.DIRECTORY);
    ensure(meta(), Modes.DIRECTORY);
    for (Path directory : List.of(root, incoming(), app(), releases(), meta())) {
      check(directory);
    }
    if (Files.isDirectory(current(), LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          current() + " is a directory, not a link to a release: move it away, then start again");
    }
  }

  private static void ensure(Path directory, Set<PosixFilePermission> permissions)
      throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Modes.createDirectory(directory, permissions);
    }
  }

  private void check(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is not a directory");
    }
    if (device(directory) != device(root)) {
      throw new IOException(
          directory
              + " is on another file system than "
              + root
              + ": a release appears by renaming, which works on one only; put all on the same");
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    if (permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          directory
              + " can be written by everybody ("
              + PosixFilePermissions.toString(permissions)
              + "): chmod o-w "
              + directory);
    }
  }

  private static long device(Path path) throws IOException {
    return (Long) Files.getAttribute(path, "unix:dev");
  }

  /** Renames it to what is never a release; returns where it is then. */
  static Path discard(Path folder, ReleaseId id) throws IOException {
    Path garbage = folder.resolve(GARBAGE + id + "." + UUID.randomUUID());
    Path path = folder.resolve(id.value());
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(path, garbage, StandardCopyOption.ATOMIC_MOVE);
    }
    return garbage;
  }
}
