package dev.pointsman.agent.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority, and certificates that it signed or did not; made with the JDK's keytool. */
final class Certificates {
  private static final String PASSWORD = "changeit";

  private final Path store;

  /** With an authority {@code ca} in {@code directory}. */
  Certificates(Path directory) throws Exception {
    this.store = directory.resolve("keys.p12");
    authority("ca");
  }

  /** Another authority. */
  Certificates authority(String alias) throws Exception {
    return keytool("-alias", alias, "-dname", "CN=" + alias, "-ext", "bc:c", "-validity", "9");
  }

  /** A host's certificate, signed by {@code signer}; {@code more} are options of keytool. */
  Certificates host(String alias, String signer, String names, String... more) throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-signer",
                signer,
                "-ext",
                "san=" + names));
    options.addAll(List.of(more));
    return keytool(options.toArray(String[]::new));
  }

  private Certificates keytool(String... options) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
    line.addAll(List.of(options));
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(store.resolveSibling("keytool.log").toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(Files.readString(store.resolveSibling("keytool.log")));
    }
    return this;
  }

  /** The certificate as a file. */
  Path pem(String alias) throws Exception {
    String text =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(load().getCertificate(alias).getEncoded());
    return Files.writeString(
        store.resolveSibling(alias + ".pem"),
        "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
  }

  /** For a server that shows the certificate {@code alias}. */
  SSLContext context(String alias) throws Exception {
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    KeyStore all = load();
    one.setKeyEntry(
        alias,
        all.getKey(alias, PASSWORD.toCharArray()),
        PASSWORD.toCharArray(),
        all.getCertificateChain(alias));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(one, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private KeyStore load() throws GeneralSecurityException, IOException {
    KeyStore all = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      all.load(in, PASSWORD.toCharArray());
    }
    return all;
  }
}
