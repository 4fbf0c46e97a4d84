package dev.pointsman.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Power cuts on real file systems, for {@code packaging/crashtest}: an app lives on a disk that
 * writes down what it is told; at each flush and each promise the disk is rebuilt with none, some
 * or all of what was written after the last flush, mounted, recovered and looked at. Needs root.
 */
final class BlockReplay {
  private static final int MOST_SHOWN = 5;

  private final Options options;
  private final Path work;
  private final List<Promise> promises = new ArrayList<>();
  private final Map<String, Integer> violations = new TreeMap<>();
  private int images;

  /**
   * @param blklog the program
   * @param directory an empty one, in memory if that is large enough
   * @param type ext4, xfs or btrfs
   * @param plant the mistake to make; "none" for the agent as it is
   * @param samples random choices at each moment
   */
  record Options(Path blklog, Path directory, String type, String plant, int samples, long seed) {}

  private BlockReplay(Options options) {
    this.options = options;
    this.work = options.directory();
  }

  /** {@code BLKLOG DIRECTORY TYPE PLANT SAMPLES SEED}; prints one line, and what was wrong. */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            Path.of(arguments[0]),
            Path.of(arguments[1]).toRealPath(),
            arguments[2],
            arguments[3],
            Integer.parseInt(arguments[4]),
            Long.parseLong(arguments[5]));
    BlockReplay replay = new BlockReplay(options);
    Path setting = Files.createDirectories(replay.work.resolve("setting"));
    CrashHost.Setup setup = CrashHost.Setup.make(setting);
    CrashLife life = CrashLife.make(setup, setting);
    replay.record(life);
    replay.replay(new CrashCheck(setup, life.bundles()));
    int wrong = replay.violations.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf(
        "%-6s %-22s %6d images %6d violations%n",
        options.type(), options.plant(), replay.images, wrong);
    replay.violations.entrySet().stream()
        .limit(MOST_SHOWN)
        .forEach(
            entry -> System.out.println("         " + entry.getValue() + " x " + entry.getKey()));
  }

  private Path mounted() {
    return work.resolve("mounted");
  }

  /** Lives on a fresh file system on the logged disk. */
  private void record(CrashLife life) throws Exception {
    Path disk = Files.createDirectories(work.resolve("disk"));
    Files.createDirectories(mounted());
    Path image = work.resolve("image");
    long mebibytes = options.type().equals("ext4") ? 64 : options.type().equals("xfs") ? 320 : 256;
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.allocate(1), (mebibytes << 20) - 1);
    }
    Process blklog =
        new ProcessBuilder(
                options.blklog().toString(),
                image.toString(),
                work.resolve("log").toString(),
                disk.toString())
            .inheritIO()
            .start();
    try {
      awaitMount(disk.resolve("disk"), blklog);
      String loop = run("losetup", "--find", "--show", disk.resolve("disk").toString()).strip();
      try {
        make(loop);
        run("mount", loop, mounted().toString());
        try {
          run("sync", "--file-system", mounted().toString());
          mark("begin");
          live(life);
          mark("end");
        } finally {
          unmount(mounted());
        }
      } finally {
        run("losetup", "--detach", loop);
      }
    } finally {
      unmount(disk);
      if (!blklog.waitFor(30, TimeUnit.SECONDS)) {
        blklog.destroyForcibly();
      }
    }
  }

  private static void awaitMount(Path disk, Process blklog) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!Files.exists(disk)) {
      if (!blklog.isAlive() || System.nanoTime() - end >= 0) {
        throw new IOException("blklog did not mount " + disk);
      }
      Thread.onSpinWait();
    }
  }

  private void make(String device) throws Exception {
    switch (options.type()) {
      case "ext4" -> run("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0", device);
      case "xfs" -> run("mkfs.xfs", "-q", "-f", "-K", device);
      case "btrfs" -> run("mkfs.btrfs", "-q", "-f", "-K", device);
      default -> throw new IllegalArgumentException(options.type());
    }
  }

  private void mark(String text) throws IOException {
    Files.write(
        work.resolve("disk/mark"), text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
  }

  private void live(CrashLife life) throws Exception {
    BlockPlants.Planted planted =
        BlockPlants.of(options.plant(), mounted().toRealPath().resolve("root"));
    life.live(
        planted.root(),
        planted.durability(),
        promise -> {
          promises.add(promise);
          try {
            mark("promise");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Looks at the disk as it may be at each flush and each mark after the beginning. */
  private void replay(CrashCheck check) throws Exception {
    Random random = new Random(options.seed());
    Path base = work.resolve("base");
    Files.deleteIfExists(base);
    run("truncate", "--size", Long.toString(Files.size(work.resolve("image"))), base.toString());
    List<BlockLog.Write> pending = new ArrayList<>();
    boolean begun = false;
    int promised = 0;
    for (BlockLog.Entry entry : BlockLog.read(work.resolve("log")).records()) {
      switch (entry) {
        case BlockLog.Write write -> pending.add(write);
        case BlockLog.Flush _ -> {
          if (begun) {
            look(check, base, pending, promised, random);
          }
          BlockLog.apply(base, pending);
          pending.clear();
        }
        case BlockLog.Mark(String text) -> {
          begun |= text.equals("begin");
          promised += text.equals("promise") ? 1 : 0;
          look(check, base, pending, promised, random);
        }
      }
    }
  }

  private void look(
      CrashCheck check, Path base, List<BlockLog.Write> pending, int promised, Random random)
      throws Exception {
    Set<List<BlockLog.Write>> choices = new LinkedHashSet<>();
    choices.add(List.of());
    choices.add(List.copyOf(pending));
    for (int sample = 0; sample < options.samples() && pending.size() > 1; sample++) {
      choices.add(List.copyOf(pending.subList(0, 1 + random.nextInt(pending.size() - 1))));
      choices.add(pending.stream().filter(_ -> random.nextBoolean()).toList());
    }
    for (List<BlockLog.Write> choice : choices) {
      look(check, base, choice, promised);
    }
  }

  private void look(CrashCheck check, Path base, List<BlockLog.Write> choice, int promised)
      throws Exception {
    Path image = work.resolve("crashed");
    run("cp", "--sparse=always", base.toString(), image.toString());
    BlockLog.apply(image, choice);
    images++;
    String more = options.type().equals("xfs") ? "loop,nouuid" : "loop";
    run("mount", "-o", more, image.toString(), mounted().toString());
    List<String> wrong;
    try {
      Path root = mounted().resolve("root");
      wrong =
          promised == 0 && Files.notExists(root, LinkOption.NOFOLLOW_LINKS)
              ? List.of()
              : check.violations(root, promises.subList(0, promised));
    } finally {
      unmount(mounted());
    }
    wrong.forEach(
        what -> violations.merge(what.replace(mounted().toString(), ""), 1, Integer::sum));
  }

  /** One that stays would make the next look see the wrong disk. */
  private static void unmount(Path directory) throws Exception {
    IOException last = new IOException("not tried");
    for (int attempt = 0; attempt < 20; attempt++) {
      try {
        run("umount", directory.toString());
        return;
      } catch (IOException e) {
        last = e;
        System.gc(); // A mapped file is open until nobody can reach its mapping any more.
      }
    }
    throw last;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    return said;
  }
}
