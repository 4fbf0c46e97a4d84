package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Stream;

/** What lies among the upload sessions and belongs to no app of this host any more. */
public final class ForeignSessions {
  private ForeignSessions() {}

  /** Deletes it; returns how many there were. For the start of the agent, before any upload. */
  public static int delete(Path root, Collection<AppName> apps) throws IOException {
    Path incoming = Layout.incoming(root);
    if (!Files.isDirectory(incoming)) {
      return 0;
    }
    int deleted = 0;
    try (Stream<Path> sessions = Files.list(incoming)) {
      for (Path session : (Iterable<Path>) sessions::iterator) {
        if (apps.stream().noneMatch(app -> isOf(app, session.getFileName().toString()))) {
          Deletion.delete(session);
          deleted++;
        }
      }
    }
    return deleted;
  }

  private static boolean isOf(AppName app, String name) {
    return name.startsWith(app + ".") || name.startsWith(Layout.GARBAGE + app + ".");
  }
}
