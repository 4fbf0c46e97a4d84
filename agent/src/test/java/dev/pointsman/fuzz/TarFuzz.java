package dev.pointsman.fuzz;

import dev.pointsman.fuzz.Property.Outcome;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Archives, as they come and with their checksums put right, so that what stands behind a checksum
 * is reached too. However the bytes arrive, they mean the same, and no path leads out.
 */
public final class TarFuzz {
  private static final int BLOCK = 512;

  private TarFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    check(input);
    byte[] repaired = withChecksums(input);
    if (!Arrays.equals(repaired, input)) {
      check(repaired);
    }
  }

  private static void check(byte[] input) {
    Outcome<List<String>> whole = Property.holds(() -> read(Bytes.whole(input)));
    Outcome<List<String>> portions = Property.holds(() -> read(Bytes.portions(input, 7)));
    Property.require(whole.equals(portions), "two readings of one tar", whole + " " + portions);
    Property.holds(() -> readBundle(Bytes.whole(input)));
  }

  private static List<String> read(InputStream in) throws Rejected, IOException {
    List<String> seen = new ArrayList<>();
    TarReader tar = new TarReader(in);
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      Paths.requireInside(entry.path());
      switch (entry) {
        case TarEntry.File file -> seen.add(file + " " + digest(tar, file));
        case TarEntry.HardLink link -> {
          Paths.requireInside(link.target());
          seen.add(link.toString());
        }
        case TarEntry.Directory _, TarEntry.SymbolicLink _ -> seen.add(entry.toString());
      }
    }
    return seen;
  }

  private static String digest(TarReader tar, TarEntry.File file) throws Rejected, IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1_000];
    long size = 0;
    for (int count; (count = tar.read(buffer, 0, buffer.length)) >= 0; size += count) {
      crc.update(buffer, 0, count);
    }
    Property.require(size == file.size(), "a file with another size than said", file);
    return HexFormat.of().toHexDigits(crc.getValue());
  }

  private static int readBundle(InputStream in) throws Rejected, IOException {
    BundleReader bundle = new BundleReader(in);
    int members = 1 + bundle.head().signatures().size();
    while (bundle.next().isPresent()) {
      members++; // The next one skips what is in this one.
    }
    return members;
  }

  /** A copy in which every header that can be told has a checksum that is right. */
  public static byte[] withChecksums(byte[] input) {
    byte[] tar = input.clone();
    for (int at = 0; at + BLOCK <= tar.length; at += BLOCK) {
      if (isZero(tar, at)) {
        continue;
      }
      repair(tar, at);
      at += (int) Math.min(tar.length, (sizeAt(tar, at) + BLOCK - 1) / BLOCK * BLOCK);
    }
    return tar;
  }

  private static void repair(byte[] tar, int at) {
    Arrays.fill(tar, at + 148, at + 156, (byte) ' ');
    int sum = 0;
    for (int i = at; i < at + BLOCK; i++) {
      sum += tar[i] & 0xff;
    }
    for (int i = at + 153; i >= at + 148; i--, sum >>= 3) {
      tar[i] = (byte) ('0' + (sum & 7));
    }
    tar[at + 154] = 0;
  }

  private static long sizeAt(byte[] tar, int at) {
    long size = 0;
    for (int i = at + 124; i < at + 136 && tar[i] >= '0' && tar[i] <= '7'; i++) {
      size = size * 8 + (tar[i] - '0');
    }
    return size;
  }

  private static boolean isZero(byte[] bytes, int from) {
    for (int i = from; i < from + BLOCK; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
