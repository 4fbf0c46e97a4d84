package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A small tree for a test: paths and content; what ends with {@code .sh} is executable. */
record TestFiles(Map<String, String> files) {
  TestFiles {
    files = new TreeMap<>(files);
  }

  static TestFiles of(String... pathsAndContent) {
    Map<String, String> files = new TreeMap<>();
    for (int i = 0; i < pathsAndContent.length; i += 2) {
      files.put(pathsAndContent[i], pathsAndContent[i + 1]);
    }
    return new TestFiles(files);
  }

  static boolean isExecutable(String path) {
    return path.endsWith(".sh");
  }

  static String sha256(String content) {
    return Sha256.of(content.getBytes(StandardCharsets.UTF_8));
  }

  String list() {
    StringBuilder list = new StringBuilder("#pointsman-tree 1\n");
    files.forEach((path, content) ->
        list.append(
            "f %s %d %s  ./%s\n"
                .formatted(
                    isExecutable(path) ? "755" : "644",
                    content.getBytes(StandardCharsets.UTF_8).length,
                    sha256(content),
                    path)));
    return list.toString();
  }

  /** A tar of all files. */
  byte[] tar() {
    return tar(List.copyOf(files.keySet()));
  }

  /** A tar of some, in this order. */
  byte[] tar(List<String> paths) {
    TarBytes tar = new TarBytes();
    paths.forEach(path -> tar.file(path, files.get(path)));
    return tar.end();
  }

  /** A bundle of them. */
  TestBundle bundle(String release, int sequence, SigningKey key) {
    TestBundle bundle = TestBundle.listed(key);
    bundle.release = release;
    bundle.sequence = Integer.toString(sequence);
    bundle.list = list();
    bundle.links = 0;
    bundle.files = files.size();
    bundle.bytes =
        files.values().stream().mapToLong(it -> it.getBytes(StandardCharsets.UTF_8).length).sum();
    bundle.payload = tar();
    return bundle;
  }

  /** The bundle without its payload. */
  byte[] envelope(String release, int sequence, SigningKey key) throws Exception {
    TestBundle bundle = bundle(release, sequence, key);
    bundle.payload = null;
    return bundle.build();
  }
}
