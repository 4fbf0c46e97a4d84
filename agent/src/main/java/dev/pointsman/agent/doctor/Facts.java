package dev.pointsman.agent.doctor;

import dev.pointsman.agent.cgroup.CgroupView;
import dev.pointsman.agent.linux.Users.User;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What can be asked of a host; everything that is not there, or may not be seen, is empty. */
interface Facts {
  /** The text of a small file. */
  Optional<String> read(String file);

  /** The last {@code bytes} of a file, at most. */
  Optional<String> tail(Path file, int bytes);

  boolean exists(String file);

  /** What the name itself is, and not what it leads to, if it is a link. */
  boolean isSymbolicLink(Path path);

  /** The names in a directory. */
  List<String> list(Path directory);

  /** As {@code rw-r--r--}. */
  Optional<String> permissions(Path path);

  /** The numeric owner. */
  OptionalLong owner(Path path);

  OptionalLong inode(Path path);

  /** What a command prints to its standard output, without blanks around it; bounded in time. */
  Optional<String> output(List<String> command);

  /** Whether this host knows the user. */
  default boolean userExists(String name) {
    return user(name).isPresent();
  }

  /** The numbers of a user, if this host knows it. */
  Optional<User> user(String name);

  /** Whether whoever asks may do everything. */
  boolean isRoot();

  /** Where a file is that a name leads to, over whatever links; the name itself if nowhere. */
  Path real(Path name);

  /** The room on the file system that holds {@code path}. */
  Optional<Space> space(Path path);

  /** Who listens on a TCP port, as far as may be seen. */
  List<Holder> listeners(int port);

  /** What cgroups the agent that is process {@code pid} has for its workers. */
  CgroupView workerCgroups(long pid);

  Instant now();

  /** Free and all bytes and inodes; no inodes where the file system has no fixed number. */
  record Space(long freeBytes, long bytes, long freeInodes, long inodes) {}

  /**
   * A process.
   *
   * @param name as in {@code /proc/PID/comm}
   * @param workerDirectory its POINTSMAN_DIR; empty for what is no worker
   */
  record Holder(long pid, String name, String workerDirectory) {}
}
