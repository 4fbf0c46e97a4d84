package dev.pointsman.agent.pack;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.config.Units;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.Manifest.ProcessDefaults;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.util.ArrayList;
import java.util.List;

/** What is legal in a bundle but probably not meant. */
final class Advice {
  private Advice() {}

  static List<String> on(Manifest manifest, ReleaseTree tree) {
    List<String> advice = new ArrayList<>();
    manifest.process().ifPresent(process -> onProcess(process, tree, advice));
    LimitsConfig limits = LimitsConfig.DEFAULT;
    int entries = tree.files().size() + tree.links().size() + tree.emptyDirectories().size();
    if (tree.files().isEmpty()) {
      advice.add("the release has no files at all");
    }
    if (entries > limits.entries()) {
      over(advice, entries + " entries", "limits.entries", Integer.toString(limits.entries()));
    }
    if (tree.links().size() > limits.links()) {
      over(
          advice, tree.links().size() + " links", "limits.links", Integer.toString(limits.links()));
    }
    if (tree.bytes() > limits.treeBytes()) {
      over(advice, tree.bytes() + " bytes", "limits.tree_size", Units.text(limits.treeBytes()));
    }
    long largest = tree.files().stream().mapToLong(TreeEntry.File::size).max().orElse(0);
    if (largest > limits.fileBytes()) {
      over(
          advice,
          "a file of " + largest + " bytes",
          "limits.file_size",
          Units.text(limits.fileBytes()));
    }
    return advice;
  }

  private static void over(List<String> advice, String what, String key, String usual) {
    advice.add(
        "the release has "
            + what
            + ": only hosts whose "
            + key
            + " is above "
            + usual
            + " (the default) will take it");
  }

  private static void onProcess(ProcessDefaults process, ReleaseTree tree, List<String> advice) {
    String base = process.workingDirectory().map(directory -> directory + "/").orElse("");
    if (!base.isEmpty() && !exists(tree, base)) {
      advice.add("there is no directory '" + base + "' in the release (--working-directory)");
    }
    for (String word : process.command().orElse(List.of())) {
      String path = base + word.replaceFirst("^\\./", "");
      boolean script = word.matches("[^-/][^:]*\\.(js|cjs|mjs|py|rb|jar|sh)");
      if (script && !exists(tree, path)) {
        advice.add("there is no file '" + path + "' in the release (--command)");
      }
    }
  }

  private static boolean exists(ReleaseTree tree, String path) {
    return tree.files().stream()
            .anyMatch(file -> file.path().equals(path) || below(file.path(), path))
        || tree.links().stream()
            .anyMatch(link -> link.path().equals(path) || below(path, link.path() + "/"));
  }

  private static boolean below(String path, String directory) {
    return directory.endsWith("/") && path.startsWith(directory);
  }
}
