package dev.pointsman.protocol.api;

import java.util.List;

/**
 * What a full look at a release found.
 *
 * @param sound whether nothing is wrong
 * @param count how many problems there are
 * @param problems the first ones: {@code missing}, {@code changed} or {@code added} and the path,
 *     or what is wrong with the evidence
 */
public record VerificationResource(
    String app, String release, boolean sound, long count, List<String> problems) {
  public VerificationResource {
    problems = List.copyOf(problems);
  }
}
