package dev.pointsman.packaging;

import java.util.ArrayList;
import java.util.List;

/** Who runs the agent and the programs that a test starts beside it. */
enum RunAs {
  THIS_USER,
  /** Without any right; only root can change to it. */
  NOBODY;

  List<String> line(List<String> line) {
    if (this == THIS_USER) {
      return line;
    }
    List<String> changed =
        new ArrayList<>(
            List.of(
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"));
    changed.addAll(line);
    return changed;
  }
}
