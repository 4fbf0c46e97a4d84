package dev.pointsman.agent;

import dev.pointsman.agent.CrashBundle.Kind;
import dev.pointsman.agent.release.Durability;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What an app goes through until the power fails.
 *
 * @param bundles in order; the last one is not uploaded, but left for afterwards
 */
record CrashLife(CrashHost.Setup setup, List<CrashBundle> bundles) {
  /** Makes its bundles in {@code directory}. */
  static CrashLife make(CrashHost.Setup setup, Path directory) throws Exception {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("server/main.js", "listen()");
    files.put("server/copy.js", "listen()");
    files.put("server/run.sh", "#!/bin/sh");
    files.put("public/empty", "");
    files.put("public/index.html", "<html>1");
    CrashBundle r1 = setup.bundle(directory, Kind.LISTED, "r1", 1, files);
    files.put("public/index.html", "<html>2");
    CrashBundle r2 = setup.bundle(directory, Kind.ARCHIVED, "r2", 2, files);
    files.put("public/more.html", "<html>3");
    CrashBundle r3 = setup.bundle(directory, Kind.LISTED, "r3", 3, files);
    files.put("public/more.html", "<html>4");
    CrashBundle r4 = setup.bundle(directory, Kind.LISTED, "r4", 4, files);
    return new CrashLife(setup, List.of(r1, r2, r3, r4));
  }

  /** Lives below {@code root}; {@code marks} gets every promise at its moment. */
  void live(Path root, Durability durability, Consumer<? super Promise> marks) throws Exception {
    try (CrashHost host = CrashHost.open(setup, root, durability)) {
      for (CrashBundle bundle : bundles.subList(0, 3)) {
        if (bundle.sequence() == 3) {
          host.receiveDelta(bundle);
        } else {
          host.receive(bundle);
        }
        marks.accept(new Promise.Staged(bundle.id(), bundle.sequence()));
        if (bundle.sequence() != 3) {
          marks.accept(new Promise.DeploymentBegun(bundle.id()));
          host.deploy(bundle.id());
          marks.accept(new Promise.Deployed(bundle.id()));
        }
      }
      host.pin(bundles.get(1).id());
      marks.accept(new Promise.Pinned(bundles.get(1).id()));
      marks.accept(new Promise.RemovalBegun(bundles.getFirst().id()));
      host.remove(bundles.getFirst().id());
      host.collectGarbage();
    }
    CrashHost.open(setup, root, durability).close();
  }
}
