package dev.pointsman.protocol.bundle;

import java.nio.ByteBuffer;

/**
 * Sorts entries of a {@link PathIndex} by their paths' bytes, without objects: quicksort that goes
 * from byte to byte, so that what many paths begin with is looked at once for each and not once for
 * each comparison.
 */
final class PathSort {
  private final PathIndex index;
  private final ByteBuffer content;
  private final int[] order;

  private PathSort(PathIndex index, ByteBuffer content, int[] order) {
    this.index = index;
    this.content = content;
    this.order = order;
  }

  /** Sorts {@code order}, in which each entry occurs once. */
  static void sort(PathIndex index, ByteBuffer content, int[] order) {
    new PathSort(index, content, order).sort(0, order.length, 0);
  }

  /** Sorts a range whose paths are the same before {@code depth}; the largest part by going on. */
  private void sort(int begin, int end, int startDepth) {
    int from = begin;
    int to = end;
    int depth = startDepth;
    while (to - from > 1) {
      int pivot = at(order[(from + to) >>> 1], depth);
      int less = from;
      int more = to;
      for (int i = from; i < more; ) {
        int value = at(order[i], depth);
        if (value < pivot) {
          swap(less++, i++);
        } else if (value > pivot) {
          swap(--more, i);
        } else {
          i++;
        }
      }
      int same = pivot < 0 ? 0 : more - less; // Only one path ends here.
      int largest = Math.max(same, Math.max(less - from, to - more));
      boolean onSame = largest == same;
      boolean onLess = !onSame && largest == less - from;
      if (!onSame && same > 0) {
        sort(less, more, depth + 1);
      }
      if (!onLess) {
        sort(from, less, depth);
      }
      if (onSame || onLess) {
        sort(more, to, depth);
      }
      from = onSame ? less : onLess ? from : more;
      to = onSame ? more : onLess ? less : to;
      depth += onSame ? 1 : 0;
    }
  }

  /** The byte at {@code depth}, or -1 where the path has ended. */
  private int at(int entry, int depth) {
    return depth < index.length(entry) ? content.get(index.start(entry) + depth) & 0xff : -1;
  }

  private void swap(int left, int right) {
    int entry = order[left];
    order[left] = order[right];
    order[right] = entry;
  }
}
