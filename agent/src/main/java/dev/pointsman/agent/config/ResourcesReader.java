package dev.pointsman.agent.config;

import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code [resources]} of an app's file. */
final class ResourcesReader {
  private static final Pattern UMASK = Pattern.compile("0?[0-7]{3}");
  private static final long LEAST_MEMORY = 1 << 20;
  private static final long MOST_MEMORY = 1L << 50;
  private static final int MOST = 1 << 30;

  private ResourcesReader() {}

  static ResourcesConfig read(Section resources) {
    ResourcesConfig read =
        new ResourcesConfig(
            size(resources, "memory_max", LEAST_MEMORY, MOST_MEMORY),
            size(resources, "memory_high", LEAST_MEMORY, MOST_MEMORY),
            whole(resources, "pids_max", 1, 1 << 22),
            whole(resources, "cpu_weight", 1, 10_000),
            whole(resources, "nofile", 16, MOST),
            size(resources, "core", 0, MOST_MEMORY),
            whole(resources, "nproc", 1, 1 << 22),
            resources.whole("nice", ResourcesConfig.NONE.nice(), -20, 19),
            umask(resources));
    if (read.memoryHigh().isPresent()
        && read.memoryMax().isPresent()
        && read.memoryHigh().get() > read.memoryMax().get()) {
      resources.refuse("memory_high", "must not be more than memory_max");
    }
    resources.refuseOthers();
    return read;
  }

  private static Optional<Long> size(Section resources, String key, long least, long most) {
    return resources.has(key)
        ? Optional.of(resources.size(key, least, least, most))
        : Optional.empty();
  }

  private static Optional<Integer> whole(Section resources, String key, int least, int most) {
    return resources.has(key)
        ? Optional.of(resources.whole(key, least, least, most))
        : Optional.empty();
  }

  private static int umask(Section resources) {
    Optional<String> text = resources.text("umask");
    if (text.isPresent() && !UMASK.matcher(text.get()).matches()) {
      resources.refuse("umask", "must be three octal digits in quotes, as \"022\" or \"027\"");
      return ResourcesConfig.NONE.umask();
    }
    return text.map(digits -> Integer.parseInt(digits, 8)).orElse(ResourcesConfig.NONE.umask());
  }
}
