package dev.pointsman.agent.doctor;

import dev.pointsman.agent.cgroup.CgroupView;
import dev.pointsman.agent.linux.Users.User;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A host in memory; what a test does not say is not there. */
final class FakeFacts implements Facts {
  final Map<String, String> files = new HashMap<>();
  final Map<String, String> outputs = new HashMap<>();
  final Map<String, String> permissions = new HashMap<>();
  final Map<String, Long> owners = new HashMap<>();
  final Map<String, Long> inodes = new HashMap<>();
  final Map<Integer, List<Holder>> ports = new HashMap<>();
  final Map<String, List<String>> directories = new HashMap<>();
  final Set<String> links = new HashSet<>();
  final Map<String, String> targets = new HashMap<>();
  final Set<String> users = new HashSet<>();
  CgroupView cgroups = new CgroupView("", Set.of("memory", "pids", "cpu"));
  boolean root;
  Optional<Space> space = Optional.empty();
  Instant now = Instant.parse("2026-11-23T05:00:00Z");

  FakeFacts file(String path, String text) {
    files.put(path, text);
    return this;
  }

  FakeFacts says(String command, String output) {
    outputs.put(command, output);
    return this;
  }

  @Override
  public Optional<String> read(String file) {
    return Optional.ofNullable(files.get(file));
  }

  @Override
  public Optional<String> tail(Path file, int bytes) {
    return read(file.toString()).filter(text -> !text.equals("unreadable"));
  }

  @Override
  public boolean exists(String file) {
    return files.containsKey(file) || links.contains(file);
  }

  @Override
  public boolean isSymbolicLink(Path path) {
    return links.contains(path.toString());
  }

  @Override
  public List<String> list(Path directory) {
    return directories.getOrDefault(directory.toString(), List.of());
  }

  @Override
  public Optional<String> permissions(Path path) {
    return Optional.ofNullable(permissions.get(path.toString()));
  }

  @Override
  public OptionalLong owner(Path path) {
    return of(owners.get(path.toString()));
  }

  @Override
  public OptionalLong inode(Path path) {
    return of(inodes.get(path.toString()));
  }

  private static OptionalLong of(@org.jspecify.annotations.Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  @Override
  public Optional<String> output(List<String> command) {
    return Optional.ofNullable(outputs.get(String.join(" ", command)));
  }

  @Override
  public Optional<User> user(String name) {
    return users.contains(name) ? Optional.of(new User(1001, 1002)) : Optional.empty();
  }

  @Override
  public boolean isRoot() {
    return root;
  }

  @Override
  public Path real(Path name) {
    return Path.of(targets.getOrDefault(name.toString(), name.toString()));
  }

  @Override
  public Optional<Space> space(Path path) {
    return space;
  }

  @Override
  public List<Holder> listeners(int port) {
    return ports.getOrDefault(port, List.of());
  }

  @Override
  public CgroupView workerCgroups(long pid) {
    return cgroups;
  }

  @Override
  public Instant now() {
    return now;
  }
}
