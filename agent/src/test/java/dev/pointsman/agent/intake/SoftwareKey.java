package dev.pointsman.agent.intake;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;

/** An Ed25519 key that signs as ssh-keygen does, without starting a program for it. */
final class SoftwareKey {
  private static final int RAW_KEY = 32;

  private final KeyPair pair;
  private final byte[] blob;

  SoftwareKey() throws GeneralSecurityException {
    pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - RAW_KEY, encoded.length);
    blob = new Wire().text("ssh-ed25519").string(raw).bytes();
  }

  /** The public key as in {@code allowed_signers}. */
  String publicKey() {
    return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob);
  }

  byte[] sign(byte[] message) throws GeneralSecurityException {
    return sign(message, SigningKey.NAMESPACE, "sha512");
  }

  byte[] sign(byte[] message, String namespace, String hash) throws GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance(hash.equals("sha256") ? "SHA-256" : "SHA-512");
    Wire signed = new Wire().raw("SSHSIG").text(namespace).text("").text(hash);
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(signed.string(digest.digest(message)).bytes());
    byte[] made = new Wire().text("ssh-ed25519").string(signature.sign()).bytes();
    Wire file = new Wire().raw("SSHSIG\0\0\0\1").string(blob).text(namespace).text("");
    return armored(file.text(hash).string(made).bytes());
  }

  private static byte[] armored(byte[] bytes) {
    String base64 = Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(bytes);
    return ("-----BEGIN SSH SIGNATURE-----\n" + base64 + "\n-----END SSH SIGNATURE-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Writes the data types of SSH. */
  private static final class Wire {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Wire raw(String text) {
      out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    }

    Wire text(String text) {
      return string(text.getBytes(StandardCharsets.UTF_8));
    }

    Wire string(byte[] bytes) {
      out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      out.writeBytes(bytes);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
