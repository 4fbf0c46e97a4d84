package dev.pointsman.agent.cli;

import dev.pointsman.agent.http.Json;
import dev.pointsman.agent.pack.BundleDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman sign}: lets ssh-keygen do it, so keys, agents and security keys all work. */
@Command(name = "sign", description = "Sign a bundle with an SSH key.")
final class SignCommand extends Verb {
  private static final String NAMESPACE = "release.v1@pointsman";
  private static final String ARMOR = "-----BEGIN SSH SIGNATURE-----";

  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY",
      description = "The private key; or the public one where an ssh-agent holds the private.")
  private @Nullable Path key;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "For a further signature beside the first: who signs.")
  private @Nullable String name;

  @Parameters(paramLabel = "DIR", description = "The bundle directory.")
  private @Nullable Path directory;

  SignCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    Path bundle = Objects.requireNonNull(directory);
    if (name != null && !name.matches("[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")) {
      throw usage("--name: letters, digits and '._@+-' only, and at most 64 of them");
    }
    Path manifest = bundle.resolve(BundleDirectory.MANIFEST);
    if (!Files.isRegularFile(manifest)) {
      throw new IOException(bundle + " is no bundle: there is no release.json in it");
    }
    Path signature =
        bundle.resolve(BundleDirectory.MANIFEST + (name == null ? "" : "." + name) + ".sig");
    sign(manifest, signature);
    console()
        .result(
            json()
                ? Json.text(Map.of("signature", signature.toString()))
                : "signed: " + signature + "\nnext: pointsman push " + bundle);
    return ExitCode.SUCCESSFUL;
  }

  /** Signs a copy in a directory of its own: an older signature stays until there is a new one. */
  private void sign(Path manifest, Path signature) throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(signature.toAbsolutePath().getParent(), ".sign-");
    Path copy = work.resolve(BundleDirectory.MANIFEST);
    Path made = work.resolve(BundleDirectory.MANIFEST + ".sig");
    try {
      Files.copy(manifest, copy);
      int exit = keygen(copy);
      if (exit != 0) {
        throw new IOException(
            "ssh-keygen did not sign (it ended with " + exit + "); what it said is above");
      }
      if (!Files.exists(made) || !Files.readString(made).startsWith(ARMOR)) {
        throw new IOException("ssh-keygen ended well but made no signature");
      }
      Files.move(made, signature, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(made);
      Files.deleteIfExists(copy);
      Files.delete(work);
    }
  }

  /** Passphrases and touches are asked for on the terminal, so it gets ours. */
  private int keygen(Path file) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "ssh-keygen",
            "-q",
            "-Y",
            "sign",
            "-n",
            NAMESPACE,
            "-f",
            Objects.requireNonNull(key).toString(),
            file.toString());
    builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      throw new IOException(
          "ssh-keygen cannot be run: install the OpenSSH client, 8.2 or newer ("
              + e.getMessage()
              + ")",
          e);
    }
  }
}
