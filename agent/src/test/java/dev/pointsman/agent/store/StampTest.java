package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StampTest {
  @Test
  void followsFromTheDigestForEver() {
    // Written on disks: these values never change.
    assertThat(Stamp.nanos("0".repeat(64))).isEqualTo(1);
    assertThat(Stamp.nanos("f".repeat(64))).isEqualTo(759768481);
    assertThat(Stamp.nanos("27e0c01f4a6b7c8d" + "0".repeat(48))).isBetween(1, 999_999_999);
  }

  @Test
  void keepsTheSecondOfTheManifestAndNothingBelowIt() {
    String digest = "a".repeat(64);

    FileTime stamp = Stamp.of(Instant.parse("2026-11-22T18:45:07.250Z"), digest);

    assertThat(stamp.toInstant().getEpochSecond())
        .isEqualTo(Instant.parse("2026-11-22T18:45:07Z").getEpochSecond());
    assertThat(Stamp.isOn(stamp, digest)).isTrue();
    assertThat(Stamp.isOn(stamp, "b".repeat(64))).isFalse();
    assertThat(Stamp.isOn(FileTime.from(Instant.parse("2026-11-22T18:45:07Z")), digest)).isFalse();
  }

  @Test
  void aKeyIsWrittenAndReadAlike() {
    BlobKey executable = new BlobKey("0a".repeat(32), true);

    assertThat(executable.name()).isEqualTo("0a".repeat(32) + ".x");
    assertThat(BlobKey.parse(executable.name())).contains(executable);
    assertThat(BlobKey.parse("0a".repeat(32))).contains(new BlobKey("0a".repeat(32), false));
    assertThat(BlobKey.parse("0A".repeat(32))).isEmpty();
    assertThat(BlobKey.parse("0a".repeat(32) + "~2")).isEmpty();
    assertThat(BlobKey.parse("")).isEmpty();
    assertThatThrownBy(() -> new BlobKey("../" + "0".repeat(61), false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
