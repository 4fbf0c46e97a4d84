package dev.pointsman.agent.release;

import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Which content an app uses, by its lists. */
public final class ContentUse {
  private final Layout layout;

  ContentUse(Layout layout) {
    this.layout = layout;
  }

  /**
   * Hands over the content that is named by the file lists of the app's open sessions, and by those
   * of its releases where {@code ofReleases}.
   */
  public void eachNamed(boolean ofReleases, Consumer<BlobKey> named) throws IOException {
    for (Path session : children(layout.incoming())) {
      if (session.getFileName().toString().startsWith(layout.sessionPrefix())) {
        Evidence.contents(session.resolve(Evidence.LIST), named);
      }
    }
    if (ofReleases) {
      for (Path release : children(layout.releases())) {
        Optional<ReleaseId> id = ReleaseId.parse(release.getFileName().toString());
        if (id.isPresent()) {
          Evidence.contents(layout.evidence(id.get()).list(), named);
        }
      }
    }
  }

  /**
   * The files of {@code id} that were to have the content {@code key} and have another, or are
   * missing.
   */
  public List<String> lost(ReleaseId id, BlobKey key) throws IOException {
    List<String> lost = new ArrayList<>();
    Path release = layout.release(id);
    Evidence evidence = layout.evidence(id);
    for (TreeEntry.File file : evidence.tree(evidence.seal()).files()) {
      if (file.sha256().equals(key.sha256()) && file.executable() == key.executable()) {
        Path path = release.resolve(file.path());
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
            || !Sha256.ofFile(path).equals(key.sha256())) {
          lost.add(file.path());
        }
      }
    }
    return lost;
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.sorted().toList();
    }
  }
}
