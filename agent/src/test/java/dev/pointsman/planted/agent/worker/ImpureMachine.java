package dev.pointsman.planted.agent.worker;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;

/** One class for each thing that a machine must not touch. */
final class ImpureMachine {
  static final class AsksTheTime {
    Instant now() {
      return Instant.now();
    }
  }

  static final class CountsNanoseconds {
    long now() {
      return System.nanoTime();
    }
  }

  static final class ReadsMilliseconds {
    long now() {
      return System.currentTimeMillis();
    }
  }

  static final class AsksTheEnvironment {
    String home() {
      return System.getenv("HOME");
    }
  }

  static final class RollsDice {
    int roll() {
      return ThreadLocalRandom.current().nextInt(6);
    }
  }

  static final class StartsAProcess {
    ProcessBuilder start() {
      return new ProcessBuilder("true");
    }
  }

  static final class Prints {
    void print() {
      System.out.println("here");
    }
  }

  record HoldsAClock(Clock clock) {}

  record OpensAFile(Path path) {}

  record CallsTheNetwork(InetAddress address) {}

  record Logs(Logger log) {}
}
