package dev.pointsman.agent.doctor;

import dev.pointsman.agent.cgroup.CgroupView;
import dev.pointsman.agent.linux.Users;
import dev.pointsman.agent.listen.PortHolders;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** This very host. */
final class HostView implements Facts {
  private static final int MOST_BYTES = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String WORKER_DIRECTORY = "POINTSMAN_DIR=";

  @Override
  public Optional<String> read(String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<String> tail(Path file, int bytes) {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(Math.max(0, channel.size() - bytes));
      ByteBuffer end = ByteBuffer.allocate(bytes);
      boolean more = true;
      while (more && end.hasRemaining()) {
        more = channel.read(end) >= 0;
      }
      return Optional.of(StandardCharsets.UTF_8.decode(end.flip()).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean exists(String file) {
    return Files.exists(Path.of(file));
  }

  @Override
  public boolean isSymbolicLink(Path path) {
    return Files.isSymbolicLink(path);
  }

  @Override
  public List<String> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Override
  public Optional<String> permissions(Path path) {
    try {
      return Optional.of(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public OptionalLong owner(Path path) {
    return attribute(path, "unix:uid");
  }

  @Override
  public OptionalLong inode(Path path) {
    return attribute(path, "unix:ino");
  }

  private static OptionalLong attribute(Path path, String name) {
    try {
      return OptionalLong.of(((Number) Files.getAttribute(path, name)).longValue());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public Optional<String> output(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(false)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      var _ =
          process
              .onExit()
              .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
              .exceptionally(
                  late -> process.destroyForcibly()); // One that has ended is left alone.
      try (InputStream out = process.getInputStream()) {
        String text = new String(out.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? Optional.of(text) : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public Optional<Users.User> user(String name) {
    try {
      return Users.find(name);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean isRoot() {
    try {
      return Users.effectiveUid() == 0;
    } catch (IOException e) {
      return true; // The careful answer.
    }
  }

  @Override
  public Path real(Path name) {
    try {
      return name.toRealPath();
    } catch (IOException e) {
      return name;
    }
  }

  @Override
  public Optional<Space> space(Path path) {
    Path there = path.toAbsolutePath();
    while (!Files.exists(there)) {
      there = Objects.requireNonNull(there.getParent(), "/ exists");
    }
    try {
      FileStore store = Files.getFileStore(there);
      long[] inodes =
          output(List.of("stat", "-f", "-c", "%d %c", there.toString()))
              .map(text -> Stream.of(text.split(" ", -1)).mapToLong(Long::parseLong).toArray())
              .orElse(new long[] {0, 0});
      return Optional.of(
          new Space(store.getUsableSpace(), store.getTotalSpace(), inodes[0], inodes[1]));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<Holder> listeners(int port) {
    List<Holder> holders = new ArrayList<>();
    for (long pid : PortHolders.of(port)) {
      Optional<String> name = read("/proc/" + pid + "/comm").map(String::strip);
      String directory =
          read("/proc/" + pid + "/environ").stream()
              .flatMap(text -> Stream.of(text.split("\0", -1)))
              .filter(variable -> variable.startsWith(WORKER_DIRECTORY))
              .map(variable -> variable.substring(WORKER_DIRECTORY.length()))
              .findFirst()
              .orElse("");
      holders.add(new Holder(pid, name.orElse("?"), directory));
    }
    return holders;
  }

  @Override
  public CgroupView workerCgroups(long pid) {
    return CgroupView.ofAgent(pid);
  }

  @Override
  public Instant now() {
    return Instant.now();
  }
}
