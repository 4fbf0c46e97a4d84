package dev.pointsman.agent.config;

import dev.pointsman.agent.config.HostConfig.DurabilityMode;
import dev.pointsman.agent.config.HostConfig.StoreConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Reads how content is kept. */
final class StoreReader {
  private static final Set<String> FILE_SYSTEMS =
      Set.of("any", "overlayfs", "tmpfs", "ramfs", "nfs", "cifs", "smb2", "9p");

  private StoreReader() {}

  static StoreConfig read(Section host, Section store) {
    StoreConfig defaults = StoreConfig.DEFAULT;
    Optional<String> allowed = store.text("allow_filesystem");
    if (allowed.isPresent() && !FILE_SYSTEMS.contains(allowed.get())) {
      store.refuse(
          "allow_filesystem",
          "must be the kind that root lies on, one of "
              + String.join(", ", FILE_SYSTEMS.stream().sorted().toList()));
    }
    StoreConfig read =
        new StoreConfig(
            durability(host),
            allowed,
            store.duration("grace", defaults.grace(), Duration.ZERO),
            store.whole("low_space", defaults.lowSpace(), 0, 90),
            store.duration("scrub_interval", defaults.scrubInterval(), Duration.ZERO),
            store.size("scrub_rate", defaults.scrubRate(), 1 << 10, 1L << 40));
    store.refuseOthers();
    return read;
  }

  private static DurabilityMode durability(Section host) {
    String value = host.text("durability", "syncfs");
    Optional<DurabilityMode> mode =
        Arrays.stream(DurabilityMode.values())
            .filter(candidate -> candidate.toString().equals(value))
            .findFirst();
    if (mode.isEmpty()) {
      host.refuse("durability", "must be \"syncfs\" or \"fsync\"");
    }
    return mode.orElse(DurabilityMode.SYNCFS);
  }
}
