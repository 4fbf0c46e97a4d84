package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.HostConfig.DurabilityMode;
import dev.pointsman.agent.release.FsyncDurability;
import dev.pointsman.agent.store.Sharing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurabilityChoiceTest {
  private final List<String> warnings = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "5.8.0, true",
    "5.15.0-91-generic, true",
    "6.1, true",
    "10.0-rc1, true",
    "5.7.19, false",
    "4.18.0-553.el8_10.x86_64, false",
    "plan9, false"
  })
  void syncfsIsBelievedFromLinux58On(String kernel, boolean believed) {
    assertThat(DurabilityChoice.choose(DurabilityMode.SYNCFS, kernel, warnings::add))
        .isInstanceOf(believed ? SyncfsDurability.class : FsyncDurability.class);
    assertThat(warnings).hasSize(believed ? 0 : 1).allMatch(text -> text.contains(kernel));
  }

  @Test
  void eachFileByItselfIsAChoiceAndNoWarning() {
    assertThat(DurabilityChoice.choose(DurabilityMode.FSYNC, "4.18", warnings::add))
        .isInstanceOf(FsyncDurability.class);
    assertThat(warnings).isEmpty();
  }

  @Test
  void thisKernelsReleaseIsUnderstood() {
    assertThat(KernelRelease.parse(System.getProperty("os.version"))).isPresent();
  }

  @Test
  void contentIsSharedOnlyWithWorkersThatCannotWriteToIt() {
    assertThat(AppSharing.of(Optional.of(1001), 998)).isEqualTo(Sharing.LINK);
    assertThat(AppSharing.of(Optional.of(1001), 0)).isEqualTo(Sharing.LINK);
    assertThat(AppSharing.of(Optional.of(998), 998)).isEqualTo(Sharing.COPY);
    assertThat(AppSharing.of(Optional.of(0), 998)).isEqualTo(Sharing.COPY);
    assertThat(AppSharing.of(Optional.empty(), 998)).isEqualTo(Sharing.COPY);
  }
}
