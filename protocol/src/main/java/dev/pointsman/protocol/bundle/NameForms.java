package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Refuses two paths that Unicode calls the same: some file systems agree with it. No composition
 * reaches over a slash, so it is enough to look at each new name in its directory; and only names
 * that are not in composed form already cost memory, sixteen bytes each. One thread.
 */
final class NameForms {
  private static final int LENGTH_BITS = 16;

  private final PathTable table;
  private long[] decomposed = new long[8];
  private int count;

  NameForms(PathTable table) {
    this.table = table;
  }

  /** Notes the first {@code length} bytes of {@code path}, which stand at {@code start}. */
  void note(byte[] path, int length, int start) {
    int name = length;
    boolean ascii = true;
    while (name > 0 && path[name - 1] != '/') {
      name--;
      ascii &= path[name] >= 0;
    }
    if (ascii || isComposed(new String(path, name, length - name, StandardCharsets.UTF_8))) {
      return;
    }
    if (count == decomposed.length) {
      decomposed = Arrays.copyOf(decomposed, count * 2);
    }
    decomposed[count++] = (long) start << LENGTH_BITS | length;
  }

  /** Compares what was noted with each other and with all that is in the table. */
  void check() throws Rejected {
    long[] hashes = new long[count];
    for (int i = 0; i < count; i++) {
      byte[] form = form(path(i));
      if (table.exists(form)) {
        throw collision(path(i));
      }
      hashes[i] = PathHash.of(form, form.length);
    }
    Arrays.sort(hashes);
    for (int i = 1; i < count; i++) {
      if (hashes[i] == hashes[i - 1]) {
        compare(hashes[i]);
      }
    }
  }

  private void compare(long hash) throws Rejected {
    Set<String> forms = new HashSet<>();
    for (int i = 0; i < count; i++) {
      byte[] form = form(path(i));
      if (PathHash.of(form, form.length) == hash
          && !forms.add(new String(form, StandardCharsets.UTF_8))) {
        throw collision(path(i));
      }
    }
  }

  private String path(int index) {
    int start = (int) (decomposed[index] >>> LENGTH_BITS);
    int length = (int) (decomposed[index] & ((1 << LENGTH_BITS) - 1));
    return table.text(start, start + length);
  }

  private static byte[] form(String path) {
    int name = path.lastIndexOf('/') + 1;
    String composed = Normalizer.normalize(path.substring(name), Normalizer.Form.NFC);
    return (path.substring(0, name) + composed).getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isComposed(String name) {
    return Normalizer.isNormalized(name, Normalizer.Form.NFC);
  }

  private static Rejected collision(String path) {
    return PathRules.refused(
        ErrorCode.PATH_COLLISION, "Another path differs only in its Unicode form.", path);
  }
}
