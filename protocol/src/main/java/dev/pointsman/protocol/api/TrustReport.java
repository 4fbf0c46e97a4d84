package dev.pointsman.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host would say to a manifest and its signatures.
 *
 * @param accepted whether it would go on to the content
 * @param code why not
 * @param detail why not, one sentence
 * @param signers who would be counted
 * @param notes what else is to be known, one sentence each
 */
public record TrustReport(
    String app,
    @Nullable String release,
    boolean accepted,
    @Nullable String code,
    @Nullable String detail,
    List<String> signers,
    List<Signature> signatures,
    List<String> notes) {
  public TrustReport {
    signers = List.copyOf(signers);
    signatures = List.copyOf(signatures);
    notes = List.copyOf(notes);
  }

  /**
   * One signature.
   *
   * @param name of its file
   * @param outcome {@code verified}, {@code ignored} or {@code refused}
   * @param key type and fingerprint; null where it could not be read
   * @param principals whose it can be
   */
  public record Signature(
      String name, String outcome, @Nullable String key, List<String> principals, String why) {
    public Signature {
      principals = List.copyOf(principals);
    }
  }
}
