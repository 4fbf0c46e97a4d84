package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.release.Retention.Holdings;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static List<ReleaseId> ids(String... ids) {
    return Arrays.stream(ids).map(ReleaseId::new).toList();
  }

  private static Holdings holdings(
      List<ReleaseId> good, List<ReleaseId> bad, List<ReleaseId> staged) {
    return new Holdings(
        Optional.of(new ReleaseId("active")),
        Optional.of(new ReleaseId("before")),
        good,
        bad,
        staged,
        Set.of());
  }

  @Test
  void keepsTheNewestGoodOnesBesideTheActiveAndItsPredecessor() {
    Holdings holdings =
        holdings(ids("active", "before", "g9", "g8", "g7", "g6"), List.of(), List.of());
    assertThat(new Retention(2, 3).superfluous(holdings)).isEqualTo(ids("g7", "g6"));
    assertThat(new Retention(0, 0).superfluous(holdings)).isEqualTo(ids("g9", "g8", "g7", "g6"));
  }

  @Test
  void givesBadAndUndeployedOnesQuotasOfTheirOwn() {
    Holdings holdings = holdings(ids("active", "g1"), ids("b3", "b2", "b1"), ids("s3", "s2", "s1"));
    assertThat(new Retention(2, 1).superfluous(holdings)).isEqualTo(ids("b2", "b1", "s1"));
  }

  @Test
  void neverTouchesWhatLivingProcessesUse() {
    Holdings holdings =
        new Holdings(
            Optional.of(new ReleaseId("active")),
            Optional.empty(),
            ids("active", "g2", "g1"),
            ids("b1"),
            ids("s1"),
            Set.copyOf(ids("g1", "b1", "s1")));
    assertThat(new Retention(0, 0).superfluous(holdings)).isEqualTo(ids("g2"));
  }

  @Test
  void countsWhatIsInUseBesideTheQuota() {
    Holdings holdings =
        new Holdings(
            Optional.empty(),
            Optional.empty(),
            ids("g4", "g3", "g2", "g1"),
            List.of(),
            List.of(),
            Set.copyOf(ids("g4")));
    assertThat(new Retention(1, 0).superfluous(holdings)).isEqualTo(ids("g2", "g1"));
  }

  @Test
  void holdsItsPromisesWhateverIsThere() {
    Random random = new Random(11);
    for (int round = 0; round < 2_000; round++) {
      List<ReleaseId> all =
          IntStream.range(0, random.nextInt(12)).mapToObj(i -> new ReleaseId("r" + i)).toList();
      int cut = all.isEmpty() ? 0 : random.nextInt(all.size() + 1);
      Set<ReleaseId> inUse = new HashSet<>();
      all.stream().filter(_ -> random.nextInt(4) == 0).forEach(inUse::add);
      Holdings holdings =
          new Holdings(
              all.stream().findFirst(),
              all.stream().skip(1).findFirst(),
              all.subList(0, cut),
              all.subList(cut, all.size()),
              List.of(),
              inUse);
      Retention retention = new Retention(random.nextInt(4), random.nextInt(3));
      List<ReleaseId> going = retention.superfluous(holdings);
      assertThat(going).doesNotHaveDuplicates().noneMatch(inUse::contains);
      assertThat(going).allMatch(all::contains);
      holdings.active().ifPresent(id -> assertThat(going).doesNotContain(id));
      holdings.previousGood().ifPresent(id -> assertThat(going).doesNotContain(id));
      long stay = all.size() - going.size();
      assertThat(stay)
          .isLessThanOrEqualTo(
              2L + inUse.size() + retention.keepReleases() + retention.failedRetention());
    }
  }

  @Test
  void refusesNegativeQuotas() {
    assertThatThrownBy(() -> new Retention(-1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
