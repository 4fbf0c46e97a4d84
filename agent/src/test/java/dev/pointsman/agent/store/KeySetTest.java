package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeySetTest {
  private static BlobKey random(Random random) {
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    return new BlobKey(HexFormat.of().formatHex(digest), random.nextBoolean());
  }

  @Test
  void behavesAsASetDoesWhateverIsAddedAndRemoved() {
    Random random = new Random(20261122);
    BlobKey[] known = new BlobKey[3000];
    for (int i = 0; i < known.length; i++) {
      known[i] = random(random);
    }
    KeySet keys = new KeySet(1_000_000);
    Set<BlobKey> model = new HashSet<>();

    for (int step = 0; step < 200_000; step++) {
      BlobKey key = known[random.nextInt(known.length)];
      if (random.nextInt(5) < 2) {
        keys.remove(key);
        model.remove(key);
      } else {
        assertThat(keys.add(key)).isTrue();
        model.add(key);
      }
      BlobKey asked = known[random.nextInt(known.length)];
      assertThat(keys.contains(asked)).isEqualTo(model.contains(asked));
    }
    assertThat(keys.size()).isEqualTo(model.size());
    for (BlobKey key : known) {
      assertThat(keys.contains(key)).isEqualTo(model.contains(key));
    }
  }

  @Test
  void findsKeysThatFallOnTheSameSlotAfterOneOfThemHasGone() {
    // Bits that decide the slot are equal; only the last digits that are kept differ.
    KeySet keys = new KeySet(1000);
    BlobKey[] close = new BlobKey[200];
    for (int i = 0; i < close.length; i++) {
      close[i] =
          new BlobKey("ab" + "ffffffffffffffff" + "%08x".formatted(i * 2) + "0".repeat(38), false);
      keys.add(close[i]);
    }
    for (int i = 0; i < close.length; i += 3) {
      keys.remove(close[i]);
    }
    for (int i = 0; i < close.length; i++) {
      assertThat(keys.contains(close[i])).as("key %d", i).isEqualTo(i % 3 != 0);
    }
  }

  @Test
  void tellsTheExecutableFromTheOther() {
    KeySet keys = new KeySet(10);
    BlobKey plain = StoreHost.key("a");
    keys.add(plain);

    assertThat(keys.contains(plain)).isTrue();
    assertThat(keys.contains(new BlobKey(plain.sha256(), true))).isFalse();
  }

  @Test
  void holdsTheContentOfTheSampleReleaseInHalfAMegabyteAndAMillionInTwenty() {
    Random random = new Random(1);
    KeySet keys = new KeySet(2_000_000);
    while (keys.size() < 24_039) {
      keys.add(random(random));
    }
    assertThat(keys.bytes()).isLessThan(512 << 10);

    while (keys.size() < 1_000_000) {
      keys.add(random(random));
    }
    assertThat(keys.bytes()).isLessThan(20 << 20);
  }

  @Test
  void takesNoMoreThanItWasTold() {
    KeySet keys = new KeySet(2);
    assertThat(keys.add(StoreHost.key("a"))).isTrue();
    assertThat(keys.add(StoreHost.key("b"))).isTrue();

    assertThat(keys.add(StoreHost.key("c"))).isFalse();
    assertThat(keys.contains(StoreHost.key("c"))).isFalse();
    assertThat(keys.add(StoreHost.key("a"))).isTrue();

    keys.remove(StoreHost.key("a"));
    assertThat(keys.add(StoreHost.key("c"))).isTrue();
  }
}
