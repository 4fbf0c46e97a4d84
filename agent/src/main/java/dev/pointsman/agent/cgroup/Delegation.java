package dev.pointsman.agent.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Optional;

/**
 * The directory that the service manager has delegated to this service, if it has: the parent of
 * the agent's own cgroup, marked by systemd with {@code user.delegate}. That the agent could write
 * somewhere is no sign: root may write everywhere.
 *
 * <p>An agent that sits in the delegated directory itself gets none. It would have to move itself
 * below, and systemd before 254 could not start it again while workers are there; from 254 on
 * {@code DelegateSubgroup=} puts it there from the start.
 *
 * @param base the directory; empty: none
 * @param why there is none
 */
record Delegation(Optional<Path> base, String why) {
  private static final String ADVICE =
      "; with systemd 254 or newer: Delegate=yes and DelegateSubgroup=agent in the agent's unit";

  /** Looks at what {@code proc}, as {@code /proc}, says of this process. */
  static Delegation find(Path proc) throws IOException {
    return find(proc, "self");
  }

  /** The same of the agent that is process {@code pid}. */
  static Delegation find(Path proc, String pid) throws IOException {
    Path process = proc.resolve(pid);
    Optional<String> own =
        Files.readAllLines(process.resolve("cgroup")).stream()
            .filter(line -> line.startsWith("0::"))
            .map(line -> line.substring(3))
            .findFirst();
    Optional<Mount> mount =
        Files.readAllLines(process.resolve("mountinfo")).stream()
            .flatMap(line -> Mount.parse(line).stream())
            .findFirst();
    if (own.isEmpty() || mount.isEmpty()) {
      return none("this host has no cgroup v2");
    }
    Path root = Path.of(mount.get().root());
    Path inside = Path.of(own.get());
    if (!inside.startsWith(root) || inside.equals(root)) {
      return none("the agent is in no cgroup of its own" + ADVICE);
    }
    Path directory = mount.get().directory().resolve(root.relativize(inside).toString());
    Path base = directory.getParent();
    if (base == null || base.equals(mount.get().directory()) || !isMarked(base)) {
      return none("no cgroup around the agent's own is delegated to it" + ADVICE);
    }
    if (!Files.isWritable(base.resolve("cgroup.procs"))
        || !Files.isWritable(base.resolve("cgroup.subtree_control"))) {
      return none(base + " is delegated, but cannot be written (ProtectControlGroups=?)");
    }
    return new Delegation(Optional.of(base), "");
  }

  private static Delegation none(String why) {
    return new Delegation(Optional.empty(), why);
  }

  private static boolean isMarked(Path directory) {
    try {
      UserDefinedFileAttributeView view =
          Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class);
      ByteBuffer value = ByteBuffer.allocate(8);
      view.read("delegate", value);
      return StandardCharsets.US_ASCII.decode(value.flip()).toString().equals("1");
    } catch (IOException e) {
      return false; // No such attribute.
    }
  }

  /** A line of mountinfo, see proc_pid_mountinfo(5). */
  private record Mount(String root, Path directory) {
    static Optional<Mount> parse(String line) {
      List<String> fields = List.of(line.split(" ", -1));
      int gap = fields.indexOf("-");
      return gap > 4 && fields.size() > gap + 1 && fields.get(gap + 1).equals("cgroup2")
          ? Optional.of(new Mount(fields.get(3), Path.of(fields.get(4))))
          : Optional.empty();
    }
  }
}
