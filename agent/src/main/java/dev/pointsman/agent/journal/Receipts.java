package dev.pointsman.agent.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.protocol.api.DeploymentResource;
import java.io.IOException;
import java.nio.ByteBuffer;
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

  private final FileChannel channel;
  private long number;
  private String previous;

  private Receipts(FileChannel channel, long number, String previous) {
    this.channel = channel;
    this.number = number;
    this.previous = previous;
  }

  /**
   * Opens or makes the chain in {@code directory}; a last line that a crash cut short is dropped.
   */
  public static Receipts open(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("receipts.jsonl");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      String content = Files.readString(file);
      int whole = content.lastIndexOf('\n') + 1;
      List<String> lines = content.substring(0, whole).lines().toList();
      channel.truncate(content.substring(0, whole).getBytes(UTF_8).length);
      channel.position(channel.size());
      return new Receipts(channel, lines.size(), lines.isEmpty() ? FIRST : digest(lines.getLast()));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Adds a receipt; it is on disk on return. */
  public synchronized Receipt append(
      Instant at, String releaseDigest, List<String> signers, DeploymentResource deployment)
      throws IOException {
    Receipt receipt = new Receipt(number + 1, previous, at, releaseDigest, signers, deployment);
    String line = DiskJson.mapper().writeValueAsString(receipt);
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
    number++;
    previous = digest(line);
    return receipt;
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
      expected = digest(line);
    }
    return 0;
  }

  private static String digest(String line) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(line.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }
}
