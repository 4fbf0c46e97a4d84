package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;

/**
 * Follows a path one name at a time, and makes sure that no stranger can change where it leads:
 * every directory, symbolic link and the file itself belong to root or to the agent, and nobody
 * else can write there. What passes cannot be exchanged between the look and the reading.
 *
 * @param owners users who may own what is on the way
 * @param groups groups that may write
 */
record SafePath(Set<Integer> owners, Set<Integer> groups) {
  private static final int MAX_STEPS = 256;
  private static final int OTHERS_WRITE = 0002;
  private static final int GROUP_WRITE = 0020;
  private static final int STICKY = 01000;
  private static final int TYPE = 0170000;
  private static final int LINK = 0120000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;

  SafePath {
    owners = Set.copyOf(owners);
    groups = Set.copyOf(groups);
  }

  /** What the agent that runs here may believe. */
  static SafePath ofAgent() throws IOException {
    Map<String, Object> self = Files.readAttributes(Path.of("/proc/self"), "unix:uid,gid");
    return new SafePath(owners(number(self, "uid")), Set.of(number(self, "gid")));
  }

  private static Set<Integer> owners(int agent) {
    return agent == 0 ? Set.of(0) : Set.of(0, agent);
  }

  /** The regular file that {@code path} leads to; rejects with {@code agent.trust}. */
  Path resolve(Path path) throws Rejected, IOException {
    Path at = Path.of("/");
    Deque<Path> left = new ArrayDeque<>();
    path.toAbsolutePath().forEach(left::addLast);
    checkDirectory(at, false);
    for (int step = 0; step < MAX_STEPS; step++) {
      Path name = left.pollFirst();
      if (name == null) {
        break;
      }
      Path next = at.resolve(name).normalize();
      int mode = checkOwner(next);
      if ((mode & TYPE) == LINK) {
        Path target = Files.readSymbolicLink(next);
        for (int i = target.getNameCount() - 1; i >= 0; i--) {
          left.addFirst(target.getName(i));
        }
        at = target.isAbsolute() ? Path.of("/") : at;
      } else if ((mode & TYPE) == DIRECTORY) {
        checkDirectory(next, left.size() == 1);
        at = next;
      } else if ((mode & TYPE) == REGULAR && left.isEmpty()) {
        checkWritable(next, mode);
        return next;
      } else {
        throw new Rejected(ErrorCode.AGENT_TRUST, next + " is neither a file nor a directory.");
      }
    }
    throw new Rejected(ErrorCode.AGENT_TRUST, path + " does not lead to a file.");
  }

  /** Where others can write, only the sticky bit keeps them from replacing what is not theirs. */
  private void checkDirectory(Path directory, boolean holdsTheFile) throws Rejected, IOException {
    int mode = checkOwner(directory);
    if ((mode & STICKY) == 0 || holdsTheFile) {
      checkWritable(directory, mode);
    }
  }

  private int checkOwner(Path path) throws Rejected, IOException {
    int owner = number(attributes(path), "uid");
    if (!owners.contains(owner)) {
      throw new Rejected(
          ErrorCode.AGENT_TRUST,
          "%s belongs to user %d, who is neither root nor the agent: chown root %s, and look what was done to it."
              .formatted(path, owner, path));
    }
    return number(attributes(path), "mode");
  }

  private void checkWritable(Path path, int mode) throws Rejected, IOException {
    if ((mode & OTHERS_WRITE) != 0) {
      throw new Rejected(
          ErrorCode.AGENT_TRUST,
          path + " can be written by everybody: chmod o-w " + path + ", and look who was there.");
    }
    int group = number(attributes(path), "gid");
    if ((mode & GROUP_WRITE) != 0 && group != 0 && !groups.contains(group)) {
      throw new Rejected(
          ErrorCode.AGENT_TRUST,
          "%s can be written by group %d: chmod g-w %s, and look who was there."
              .formatted(path, group, path));
    }
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no " + path, e);
    }
  }

  private static int number(Map<String, Object> attributes, String name) {
    return attributes.get(name) instanceof Integer number ? number : -1;
  }
}
