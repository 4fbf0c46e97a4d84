package dev.pointsman.agent.intake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A key pair of ssh-keygen. */
final class SigningKey {
  static final String NAMESPACE = "release.v1@pointsman";

  private final Path directory;
  private final Path key;

  SigningKey(Path directory, String name, String... options) throws Exception {
    this.directory = directory;
    this.key = directory.resolve(name);
    String[] command = {"ssh-keygen", "-q", "-N", "", "-C", "", "-f", key.toString()};
    String[] all = java.util.Arrays.copyOf(command, command.length + options.length);
    System.arraycopy(options, 0, all, command.length, options.length);
    Tool.run(directory, all);
  }

  /** The public key as in {@code allowed_signers}. */
  String publicKey() throws IOException {
    return Files.readString(Path.of(key + ".pub")).strip();
  }

  byte[] sign(byte[] bytes) throws Exception {
    return sign(bytes, NAMESPACE);
  }

  byte[] sign(byte[] bytes, String namespace) throws Exception {
    Path file = Files.createTempFile(directory, "signed", "");
    Files.write(file, bytes);
    Tool.run(
        directory,
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-n",
        namespace,
        "-f",
        key.toString(),
        file.toString());
    return Files.readAllBytes(Path.of(file + ".sig"));
  }
}
