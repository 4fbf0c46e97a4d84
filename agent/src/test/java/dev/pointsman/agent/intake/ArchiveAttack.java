package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * An archive that must be refused, whoever signed for it.
 *
 * @param code that the refusal has
 * @param what the archive tries
 */
record ArchiveAttack(String code, String what, byte[] tar) {
  private static final Set<String> SHOWN_BY_A_WHOLE_TREE =
      Set.of("link.form", "link.loop", "link.dangling", "path.collision");

  /** {@code STATUS CODE} as the answer has to have them. */
  String expected() {
    return (code.startsWith("limit.") ? "413 " : "422 ") + code;
  }

  /** Whether only a whole tree shows what is wrong, so that the counts must be right. */
  boolean needsItsCounts() {
    return SHOWN_BY_A_WHOLE_TREE.contains(code);
  }

  int files() throws Rejected, IOException {
    return sizes().size();
  }

  long bytes() throws Rejected, IOException {
    return sizes().values().stream().mapToLong(size -> size).sum();
  }

  private Map<String, Long> sizes() throws Rejected, IOException {
    Map<String, Long> sizes = new HashMap<>();
    TarReader reader = new TarReader(new ByteArrayInputStream(tar));
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      if (entry instanceof TarEntry.File file) {
        sizes.put(file.path(), file.size());
      }
    }
    return sizes;
  }

  @Override
  public String toString() {
    return what + ": " + expected();
  }
}
