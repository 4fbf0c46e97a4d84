package dev.pointsman.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A bundle directory, and how to make one.
 *
 * @param directory holds release.json, its signature and the payload
 */
record Bundle(String app, String release, Path directory) {
  private static final Duration PACKING = Duration.ofMinutes(10);

  /** The folder that is to be released: the scriptable worker with {@code behaviour}. */
  static Path tree(Host host, String release, Behaviour behaviour) throws Exception {
    Path tree = Files.createDirectories(host.root().resolve("trees/" + release));
    try (var source = Bundle.class.getResourceAsStream("/worker-app/server.js")) {
      Files.write(tree.resolve("server.js"), source.readAllBytes());
    }
    Files.writeString(tree.resolve("behaviour.json"), behaviour.json());
    return tree;
  }

  /** Made with {@code pack} and {@code sign}, for app {@code web}. */
  static Bundle packed(Host host, String release, long sequence, Behaviour behaviour)
      throws Exception {
    return packed(host, release, sequence, tree(host, release, behaviour));
  }

  /** The same, of {@code tree}; {@code more} are options of {@code pack}. */
  static Bundle packed(Host host, String release, long sequence, Path tree, String... more)
      throws Exception {
    Path directory = host.root().resolve("bundles/" + release);
    Files.createDirectories(directory.getParent());
    List<String> line =
        new ArrayList<>(
            List.of(
                "pack",
                "--app",
                "web",
                "--release",
                release,
                "--sequence",
                Long.toString(sequence),
                "--env",
                "prod",
                "--output",
                directory.toString()));
    line.addAll(List.of(more));
    line.add(tree.toString());
    host.command(line.toArray(String[]::new)).run(PACKING).exits(0);
    host.pointsman("sign", "--key", host.key().toString(), directory.toString()).exits(0);
    return new Bundle("web", release, directory);
  }

  /** Made with tar, sha256sum and ssh-keygen alone, for app {@code web}. */
  static Bundle plain(Host host, String release, long sequence, Behaviour behaviour)
      throws Exception {
    return new PlainBundle("web", release, sequence).build(host, tree(host, release, behaviour));
  }

  /** The one tar that is sent. */
  Path tar() throws Exception {
    Path tar = directory.resolveSibling(directory.getFileName() + ".tar");
    List<String> line = new ArrayList<>(List.of("tar", "-cf", tar.toString(), "release.json"));
    for (String member :
        List.of("release.json.sig", "files.lst.gz", "payload.tar.gz", "payload.tar")) {
      if (Files.exists(directory.resolve(member))) {
        line.add(member);
      }
    }
    new Command(line, directory, Map.of()).run().exits(0);
    return tar;
  }

  /** Signs it again, with {@code key}. */
  Bundle sign(Path key) throws Exception {
    Files.deleteIfExists(directory.resolve("release.json.sig"));
    Command.of(
            directory,
            "ssh-keygen",
            "-q",
            "-Y",
            "sign",
            "-n",
            "release.v1@pointsman",
            "-f",
            key.toString(),
            "release.json")
        .run()
        .exits(0);
    return this;
  }

  /** Replaces {@code text} in release.json, whose signature stays as it was. */
  Bundle tamper(String text, String by) throws IOException {
    Path manifest = directory.resolve("release.json");
    String was = Files.readString(manifest);
    if (!was.contains(text)) {
      throw new AssertionError("nothing to replace: " + text + " is not in " + was);
    }
    Files.writeString(manifest, was.replace(text, by));
    return this;
  }

  /** Without one of its files. */
  Bundle without(String member) throws IOException {
    Files.delete(directory.resolve(member));
    return this;
  }

  /** With one bit in the middle of a file that is not what it was. */
  Bundle flipABit(String member) throws IOException {
    byte[] content = Files.readAllBytes(directory.resolve(member));
    content[content.length / 2] ^= 1;
    Files.write(directory.resolve(member), content);
    return this;
  }

  /** With a file that lacks its last kilobyte. */
  Bundle cut(String member) throws IOException {
    byte[] content = Files.readAllBytes(directory.resolve(member));
    Files.write(directory.resolve(member), Arrays.copyOf(content, content.length - 1024));
    return this;
  }

  /** The same, to be sent to another app's address. */
  Bundle sentTo(String other) {
    return new Bundle(other, release, directory);
  }
}
