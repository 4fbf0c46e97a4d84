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
  private static final String SECURITY_KEY = "sk-ssh-ed25519@openssh.com";

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

  /** A signature as a security key makes it, with these flags; 1 says that somebody touched it. */
  byte[] signAsSecurityKey(byte[] message, int flags) throws GeneralSecurityException {
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - RAW_KEY, encoded.length);
    byte[] key = new Wire().text(SECURITY_KEY).string(raw).text("ssh:").bytes();
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(message);
    Wire signed = new Wire().raw("SSHSIG").text(SigningKey.NAMESPACE).text("").text("sha512");
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    byte[] application = sha256.digest("ssh:".getBytes(StandardCharsets.US_ASCII));
    byte[] hash = sha256.digest(signed.string(digest).bytes());
    String counter = (char) flags + "\0\0\0\7";
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(application);
    signature.update(counter.getBytes(StandardCharsets.ISO_8859_1));
    signature.update(hash);
    byte[] made = new Wire().text(SECURITY_KEY).string(signature.sign()).raw(counter).bytes();
    Wire file = new Wire().raw("SSHSIG\0\0\0\1").string(key).text(SigningKey.NAMESPACE).text("");
    return armored(file.text("sha512").string(made).bytes());
  }

  /** The public key of {@link #signAsSecurityKey}. */
  String securityKey() {
    byte[] raw = Arrays.copyOfRange(blob, blob.length - RAW_KEY, blob.length);
    byte[] key = new Wire().text(SECURITY_KEY).string(raw).text("ssh:").bytes();
    return SECURITY_KEY + " " + Base64.getEncoder().encodeToString(key);
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
