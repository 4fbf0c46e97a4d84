package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.DiskSnapshot;
import dev.pointsman.fuzz.TarFuzz;
import dev.pointsman.protocol.api.ErrorClass;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeLimits;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Whole bundles on their way into a store. The first byte of an input says which part of the bundle
 * the others are; everything before that part is made right and signed, as by somebody who has the
 * key. A bundle is staged as it was signed for, or nothing has changed.
 */
public final class BundleFuzz {
  private static final TreeLimits LIMITS = new TreeLimits(1_000, 10, 4 << 20, 1 << 20, 1 << 20);
  private static BundleFuzz instance;

  private final Path directory;
  private final TestHost host;
  private final SoftwareKey key;

  private BundleFuzz() throws Exception {
    directory = Files.createTempDirectory("bundle-fuzz");
    host = new TestHost(directory);
    key = new SoftwareKey();
    Files.writeString(host.signers, "ci@web " + key.publicKey() + "\n");
    host.store();
  }

  /** What Jazzer calls; {@code packaging/fuzz} names a place in memory and clears it. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (instance == null) {
      instance = new BundleFuzz();
      Runtime.getRuntime().addShutdownHook(new Thread(instance::remove));
    }
    if (input.length > 0) {
      instance.attack(input[0], Arrays.copyOfRange(input, 1, input.length));
    }
  }

  private void remove() {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void attack(byte part, byte[] rest) throws Exception {
    byte[] bundle = bundle(part, rest);
    Map<String, String> before = DiskSnapshot.of(directory);
    try {
      if (host.deliver(TestHost.R1, new ByteArrayInputStream(bundle))
          instanceof Delivery.Complete(Received received)) {
        host.store().verifyFully(TestHost.R1);
        requireLinksInside(received.release().directory());
        host.store().remove(TestHost.R1);
      }
    } catch (Rejected e) {
      require(e.code().errorClass() != ErrorClass.INTERNAL, "a refusal that is a bug: " + e);
      require(e.code().status() < 500, "not the sender's fault: " + e);
    }
    discardSession();
    host.floor = SequenceFloor.EMPTY;
    host.journaled.clear();
    Map<String, String> after = DiskSnapshot.of(directory);
    require(after.equals(before), "something has changed: " + after + " was " + before);
  }

  /** What was verified may stay for a while; given up, it has to go as well. */
  private void discardSession() throws Exception {
    try {
      host.intake().discard(TestHost.WEB, TestHost.R1);
    } catch (Rejected e) {
      require(e.code() == ErrorCode.SESSION_UNKNOWN, "a session that cannot be given up: " + e);
    }
  }

  private byte[] bundle(byte part, byte[] rest) throws Exception {
    return switch (Math.floorMod(part, 5)) {
      case 0 -> rest;
      case 1 -> signed(archive(TarFuzz.withChecksums(rest)));
      case 2 -> {
        TestBundle bundle = archive(rest);
        bundle.gzip = true;
        bundle.rawGzip = rest;
        yield signed(bundle);
      }
      case 3 -> signed(listed(rest));
      default -> {
        TestBundle bundle = TestBundle.archive();
        bundle.signatures.put("release.json.sig", key.sign(rest));
        yield bundle.build(rest);
      }
    };
  }

  private static TestBundle archive(byte[] payload) {
    return TestBundle.archive().payload(payload).counts(3, 100);
  }

  /** Two bytes of length, so much of a list, and the payload. */
  private static TestBundle listed(byte[] rest) throws IOException {
    TestBundle bundle = TestBundle.listed();
    if (rest.length < 2) {
      return bundle;
    }
    int length = Math.min((rest[0] & 0xff) << 8 | rest[1] & 0xff, rest.length - 2);
    byte[] list = Arrays.copyOfRange(rest, 2, 2 + length);
    // Latin-1 and back would change it: what is no UTF-8 is refused in the list's own target.
    bundle.list = new String(list, StandardCharsets.UTF_8);
    bundle.payload(TarFuzz.withChecksums(Arrays.copyOfRange(rest, 2 + length, rest.length)));
    try {
      byte[] sent = bundle.list.getBytes(StandardCharsets.UTF_8);
      ReleaseTree tree = FileList.read(new ByteArrayInputStream(sent), LIMITS);
      bundle.counts(tree.files().size(), tree.bytes()).links = tree.links().size();
    } catch (Rejected _) {
      // Then the counts do not matter.
    }
    return bundle;
  }

  private byte[] signed(TestBundle bundle) throws Exception {
    byte[] manifest = bundle.manifest();
    bundle.signatures.put("release.json.sig", key.sign(manifest));
    return bundle.build(manifest);
  }

  private static void requireLinksInside(Path release) throws IOException {
    Path root = release.toRealPath();
    try (var paths = Files.walk(release)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        require(path.toRealPath().startsWith(root), "a path that leads out: " + path);
      }
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
