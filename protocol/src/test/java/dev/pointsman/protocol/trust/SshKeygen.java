package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real {@code ssh-keygen}, in a directory of its own. Where it is missing, tests fail. */
final class SshKeygen {
  private final Path directory;

  SshKeygen(Path directory) {
    this.directory = directory;
  }

  /** A key pair on disk. */
  record Key(Path file, String publicLine) {
    SshPublicKey publicKey() throws Exception {
      return SshPublicKey.parse(blob());
    }

    byte[] blob() {
      return java.util.Base64.getDecoder().decode(publicLine.split(" ")[1]);
    }
  }

  Key generate(String name, String type, int bits) throws IOException, InterruptedException {
    Path file = directory.resolve(name);
    List<String> command =
        new ArrayList<>(List.of("ssh-keygen", "-q", "-t", type, "-N", "", "-C", name, "-f"));
    command.add(file.toString());
    if (bits > 0) {
      command.addAll(List.of("-b", Integer.toString(bits)));
    }
    run(new byte[0], command);
    return new Key(file, Files.readString(Path.of(file + ".pub")).strip());
  }

  /** Certifies {@code key}; {@code options} as {@code -n ci@web -V -1d:+1d}. */
  Key certify(Key authority, Key key, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-s"));
    command.add(authority.file().toString());
    command.addAll(List.of(options));
    command.add(key.file() + ".pub");
    run(new byte[0], command);
    Path file = Path.of(key.file() + "-cert.pub");
    return new Key(file, Files.readString(file).strip());
  }

  /** Writes a binary revocation list with one key. */
  void revocationList(Path file, Key key) throws IOException, InterruptedException {
    run(new byte[0], List.of("ssh-keygen", "-k", "-f", file.toString(), key.file() + ".pub"));
  }

  byte[] sign(Key key, String namespace, byte[] data, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-Y", "sign", "-n"));
    command.addAll(List.of(namespace, "-f", key.file().toString()));
    for (String option : options) {
      command.addAll(List.of("-O", option));
    }
    return run(data, command);
  }

  /** What ssh-keygen itself says to a signature; throws where it says no. */
  String verify(
      String allowedSigners,
      String principal,
      String namespace,
      byte[] sig,
      byte[] data,
      String... options)
      throws IOException, InterruptedException {
    Path signers = Files.writeString(directory.resolve("signers"), allowedSigners);
    Path signature = Files.write(directory.resolve("signature"), sig);
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-Y", "verify", "-f"));
    command.addAll(List.of(signers.toString(), "-I", principal, "-n", namespace, "-s"));
    command.add(signature.toString());
    for (String option : options) {
      command.addAll(List.of("-O", option));
    }
    return new String(run(data, command), UTF_8).strip();
  }

  /** What {@code ssh-keygen -l} prints. */
  String fingerprint(Key key) throws IOException, InterruptedException {
    byte[] line = run(new byte[0], List.of("ssh-keygen", "-l", "-f", key.file() + ".pub"));
    return new String(line, UTF_8).split(" ")[1];
  }

  private byte[] run(byte[] input, List<String> command) throws IOException, InterruptedException {
    Path stdin = Files.write(directory.resolve("stdin"), input);
    Path stdout = directory.resolve("stdout");
    Path stderr = directory.resolve("stderr");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(stdin.toFile())
            .redirectOutput(stdout.toFile())
            .redirectError(stderr.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " did not end within 60 seconds");
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          command + " ended with " + process.exitValue() + ": " + Files.readString(stderr));
    }
    return Files.readAllBytes(stdout);
  }
}
