package dev.pointsman.agent.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.protocol.api.DeploymentResource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * One receipt per finished deployment, in {@code receipts/receipts.jsonl}: a chain, each with the
 * SHA-256 of the line before it, so that a change of an old one shows. Never compacted. Any thread.
 */
public final class Receipts implements AutoCloseable {
  private static final String FIRST = "0".repeat(64);

  /**
   * A receipt.
   *
   * @param number counts from 1
   * @param previous SHA-256 of the line before, hex; 64 zeros for the first
   * @param releaseDigest SHA-256 of release.json, hex
   * @param signers principals whose signatures were counted
   */
  public record Receipt(
      long number,
      String previous,
      Instant at,
      String releaseDigest,
      List<String> signers,
      DeploymentResource deployment) {
    public Receipt {
      signers = List.copyOf(signers);
    }
  }

  private final RandomAccessFile out; // Not a channel: interrupting a writer would close that.
  private long end;
  private long number;
  private String previous;

  private Receipts(RandomAccessFile out, long end, long number, String previous) {
    this.out = out;
    this.end = end;
    this.number = number;
    this.previous = previous;
  }

  /**
   * Opens or makes the chain in {@code directory}; a last line that a crash cut short is dropped.
   */
  public static Receipts open(Path directory) throws IOException {
    PrivateFile.makeDirectory(directory);
    Path file = directory.resolve("receipts.jsonl");
    PrivateFile.make(file);
    RandomAccessFile out = new RandomAccessFile(file.toFile(), "rwd");
    try {
      String content = new String(Files.readAllBytes(file), ISO_8859_1); // A byte a character.
      int whole = content.lastIndexOf('\n') + 1;
      out.setLength(whole);
      out.seek(whole);
      try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
        parent.force(true);
      }
      List<String> lines = content.substring(0, whole).lines().toList();
      return new Receipts(
          out,
          whole,
          lines.size(),
          lines.isEmpty() ? FIRST : digest(lines.getLast().getBytes(ISO_8859_1)));
    } catch (IOException | RuntimeException e) {
      out.close();
      throw e;
    }
  }

  /** Adds a receipt; it is on disk on return. */
  public synchronized Receipt append(
      Instant at, String releaseDigest, List<String> signers, DeploymentResource deployment)
      throws IOException {
    Receipt receipt = new Receipt(number + 1, previous, at, releaseDigest, signers, deployment);
    String line = DiskJson.mapper().writeValueAsString(receipt);
    byte[] bytes = (line + "\n").getBytes(UTF_8);
    try {
      out.write(bytes);
      end += bytes.length;
    } catch (IOException e) {
      takeBack(e);
      throw new IOException("cannot append a receipt: " + e.getMessage(), e);
    }
    number++;
    previous = digest(line.getBytes(UTF_8));
    return receipt;
  }

  /** Half a line would break the chain for all that follow. */
  private void takeBack(IOException cause) {
    try {
      out.setLength(end);
      out.seek(end);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * The number of the first receipt in {@code file} that does not follow from the one before it; 0
   * where all do.
   */
  public static long firstBroken(Path file) throws IOException {
    String expected = FIRST;
    long count = 0;
    for (String line : Files.readAllLines(file)) {
      count++;
      Receipt receipt = DiskJson.mapper().readValue(line, Receipt.class);
      if (receipt.number() != count || !receipt.previous().equals(expected)) {
        return count;
      }
      expected = digest(line.getBytes(UTF_8));
    }
    return 0;
  }

  private static String digest(byte[] line) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
