package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sequence numbers that one app has accepted in one environment: what keeps old releases from
 * coming back by upload. A value; kept in the journal by the record that stages a release, and by
 * the one of an operator who sets it.
 *
 * @param high the highest accepted so far
 * @param ledger the last ones accepted, oldest first, at most {@link #LEDGER_SIZE}
 */
public record SequenceFloor(Optional<Mark> high, List<Mark> ledger) {
  /** Where nothing was accepted yet. */
  public static final SequenceFloor EMPTY = new SequenceFloor(Optional.empty(), List.of());

  /** More than a host keeps releases of one app; what is older than these is refused anyway. */
  public static final int LEDGER_SIZE = 256;

  public SequenceFloor {
    ledger = List.copyOf(ledger);
  }

  /**
   * An accepted manifest.
   *
   * @param digest SHA-256 of release.json, hex; empty where an operator set the number
   */
  public record Mark(long sequence, String digest) {}

  /** What to do with a manifest. */
  public enum Decision {
    /** Stage it. */
    ACCEPT,
    /** It is here, and nothing is to be done. */
    ALREADY_STAGED
  }

  /**
   * Decides on a manifest that is trusted and fresh.
   *
   * @param releasePresent whether a release with this digest is staged here now
   * @param maxStep the largest leap from the highest sequence number
   * @throws Rejected with {@code sequence.rollback}, {@code sequence.reused} or {@code
   *     sequence.jump}
   */
  public Decision decide(long sequence, String digest, boolean releasePresent, long maxStep)
      throws Rejected {
    if (high.isEmpty()) {
      return Decision.ACCEPT;
    }
    Mark highest = high.get();
    if (sequence > highest.sequence()) {
      if (sequence - highest.sequence() > maxStep) {
        throw new Rejected(
            ErrorCode.SEQUENCE_JUMP,
            "sequence %d is more than max_step (%d) above %d"
                .formatted(sequence, maxStep, highest.sequence()),
            "sequence");
      }
      return Decision.ACCEPT;
    }
    if (sequence == highest.sequence() && !highest.digest().isEmpty()) {
      if (!digest.equals(highest.digest())) {
        throw new Rejected(
            ErrorCode.SEQUENCE_REUSED,
            "sequence %d was accepted with digest %s, this one has %s"
                .formatted(sequence, highest.digest(), digest),
            "sequence");
      }
      return releasePresent ? Decision.ALREADY_STAGED : Decision.ACCEPT;
    }
    if (releasePresent && ledger.contains(new Mark(sequence, digest))) {
      return Decision.ALREADY_STAGED;
    }
    throw new Rejected(
        ErrorCode.SEQUENCE_ROLLBACK,
        highest.digest().isEmpty()
            ? "sequence %d is not above %d, to which an operator set it"
                .formatted(sequence, highest.sequence())
            : "sequence %d is below %d, which was accepted before"
                .formatted(sequence, highest.sequence()),
        "sequence");
  }

  /**
   * The floor once an operator has said that {@code sequence} is the highest: uploads go on above
   * it. The number itself stays what it was, if it was accepted before.
   */
  public SequenceFloor reset(long sequence) {
    String digest =
        ledger.reversed().stream()
            .filter(mark -> mark.sequence() == sequence)
            .map(Mark::digest)
            .findFirst()
            .orElse("");
    return new SequenceFloor(Optional.of(new Mark(sequence, digest)), ledger);
  }

  /**
   * The floor once a manifest is staged, as {@link #decide} allowed; the same where it was before.
   */
  public SequenceFloor accepted(long sequence, String digest) {
    Mark mark = new Mark(sequence, digest);
    boolean raises = high.isEmpty() || sequence > high.get().sequence();
    if (!raises && !ledger.contains(mark)) {
      throw new IllegalStateException(mark + " was accepted after " + high);
    }
    return new SequenceFloor(raises ? Optional.of(mark) : high, with(mark));
  }

  private List<Mark> with(Mark mark) {
    if (ledger.contains(mark)) {
      return ledger;
    }
    List<Mark> marks = new ArrayList<>(ledger);
    if (marks.size() >= LEDGER_SIZE) {
      marks.removeFirst();
    }
    marks.add(mark);
    return marks;
  }
}
