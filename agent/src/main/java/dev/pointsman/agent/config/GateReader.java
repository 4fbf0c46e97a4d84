package dev.pointsman.agent.config;

import dev.pointsman.agent.config.GateConfig.Place;
import dev.pointsman.agent.config.GateConfig.Probe;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.config.GateConfig.Ready;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads {@code [gate]}: every key by itself, then whether they go together. */
final class GateReader {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Set<Ready> OF_THE_PRELOAD = Set.of(Ready.LISTENING, Ready.MESSAGE);

  private final Section gate;
  private final boolean listens;

  /** {@code listens}: whether the app has a port at all. */
  GateReader(Section gate, boolean listens) {
    this.gate = gate;
    this.listens = listens;
  }

  /** {@code waitReady}: what {@code roll.wait_ready} says. */
  GateConfig read(boolean waitReady) {
    GateConfig defaults = GateConfig.DEFAULT;
    Optional<Ready> ready = choice("ready", Ready.class);
    Optional<Boolean> trial =
        gate.has("trial") ? Optional.of(gate.flag("trial", false)) : Optional.empty();
    Optional<Protocol> protocol = choice("protocol", Protocol.class);
    if (protocol.isEmpty() && ready.isPresent()) {
      protocol =
          Optional.of(OF_THE_PRELOAD.contains(ready.get()) ? Protocol.PRELOAD : Protocol.SYSTEMD);
    }
    GateConfig read =
        new GateConfig(
            protocol,
            ready,
            gate.duration("uptime", defaults.uptime(), SHORTEST),
            choice("probe", Probe.class),
            choice("probe_on", Place.class),
            gate.texts("probe_command", "[\"bin/healthy\"]").orElse(List.of()),
            gate.duration("watchdog", defaults.watchdog(), Duration.ZERO),
            trial);
    gate.refuseOthers();
    checkReady(read, waitReady);
    checkProbe(read);
    checkPlace(read);
    checkTrial(read);
    return read;
  }

  private void checkReady(GateConfig read, boolean waitReady) {
    boolean preload = read.protocol().equals(Optional.of(Protocol.PRELOAD));
    boolean systemd = read.protocol().equals(Optional.of(Protocol.SYSTEMD));
    read.ready()
        .ifPresent(ready -> {
          if (preload && !OF_THE_PRELOAD.contains(ready)) {
            gate.refuse("ready", "needs protocol = \"systemd\": the preload does not tell it");
          } else if (systemd && OF_THE_PRELOAD.contains(ready)) {
            gate.refuse(
                "ready",
                "only the preload can tell it: write \"notify\" or \"uptime\", or leave"
                    + " protocol out");
          }
          if (waitReady && ready != Ready.MESSAGE) {
            gate.refuse("ready", "roll.wait_ready = true means \"message\": keep one of the two");
          }
        });
    if (waitReady && systemd && read.ready().isEmpty()) {
      gate.refuse("protocol", "roll.wait_ready = true needs the preload: remove one of the two");
    }
    if (gate.has("uptime") && !read.ready().equals(Optional.of(Ready.UPTIME))) {
      gate.refuse("uptime", "means nothing without ready = \"uptime\"");
    }
    if (!read.watchdog().isZero() && preload) {
      gate.refuse("watchdog", "needs protocol = \"systemd\": workers with the preload do not beat");
    } else if (!read.watchdog().isZero() && read.watchdog().compareTo(SHORTEST) < 0) {
      gate.refuse("watchdog", "must be at least " + Units.text(SHORTEST) + ", or \"0s\" for none");
    }
  }

  private void checkProbe(GateConfig read) {
    boolean exec = read.probe().equals(Optional.of(Probe.EXEC));
    if (exec && !gate.has("probe_command")) {
      gate.refuse("probe", "needs probe_command = [\"PROGRAM\", ..]");
    } else if (!exec && gate.has("probe_command")) {
      gate.refuse("probe_command", "means nothing without probe = \"exec\"");
    }
    if (read.probe().equals(Optional.of(Probe.TCP))
        && read.protocol().equals(Optional.of(Protocol.SYSTEMD))
        && !read.place().equals(Optional.of(Place.PORT))) {
      gate.refuse(
          "probe",
          "needs probe_on = \"port\": to a socket that a worker inherits the kernel connects"
              + " whether the worker is well or not");
    }
  }

  private void checkPlace(GateConfig read) {
    boolean connects =
        read.probe().filter(probe -> probe == Probe.EXEC || probe == Probe.NONE).isEmpty();
    if (read.place().isPresent()) {
      if (read.protocol().equals(Optional.of(Protocol.PRELOAD))) {
        gate.refuse("probe_on", "the preload gives each worker a socket of its own: remove this");
      } else if (!connects) {
        gate.refuse("probe_on", "is for probe = \"http\" and \"tcp\"");
      } else if (!listens && read.place().get() == Place.TRIAL) {
        gate.refuse("probe_on", "an app with listen = \"none\" has no trial: write \"port\"");
      } else if (!listens && read.probe().isEmpty()) {
        gate.refuse("probe_on", "needs probe = \"http\" or \"tcp\" where listen is \"none\"");
      }
    } else if (listens
        && read.probe().isPresent()
        && connects
        && read.trial().equals(Optional.of(false))) {
      gate.refuse("probe", "there is nowhere to ask: say probe_on = \"descriptor\" or \"port\"");
    } else if (!listens && read.probe().isPresent() && connects) {
      gate.refuse(
          "probe",
          "an app with listen = \"none\" has no port to be probed on: write \"exec\" or \"none\","
              + " or say probe_on = \"port\"");
    }
  }

  private void checkTrial(GateConfig read) {
    boolean wanted = read.trial().equals(Optional.of(true));
    if (wanted && !listens) {
      gate.refuse("trial", "an app with listen = \"none\" has no socket to be tried on");
    } else if (wanted && read.protocol().equals(Optional.of(Protocol.PRELOAD))) {
      gate.refuse(
          "trial", "the preload keeps each new worker private until it is well: remove this");
    } else if (read.trial().equals(Optional.of(false))
        && read.place().equals(Optional.of(Place.TRIAL))) {
      gate.refuse("trial", "must be true where probe_on is \"trial\"");
    }
  }

  private <E extends Enum<E>> Optional<E> choice(String key, Class<E> all) {
    Optional<String> text = gate.text(key);
    Optional<E> chosen =
        text.flatMap(word ->
            Arrays.stream(all.getEnumConstants())
                .filter(one -> name(one).equals(word))
                .findFirst());
    if (text.isPresent() && chosen.isEmpty()) {
      gate.refuse(
          key,
          "must be one of "
              + String.join(
                  ", ", Arrays.stream(all.getEnumConstants()).map(GateReader::name).toList()));
    }
    return chosen;
  }

  /** As it is written in the file. */
  static String name(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }
}
