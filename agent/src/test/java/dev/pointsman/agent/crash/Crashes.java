package dev.pointsman.agent.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Every crash of a recorded run, by a pessimistic model of journalling file systems: what a barrier
 * has covered is there; of all other changes any subset may be, in whole or, for the last bytes
 * that were written, in part. An inode may have its later name without its content and without its
 * earlier name. A rename happens or does not.
 *
 * <p>A subset of what is open before one change is a subset of what is open before the next, unless
 * a barrier stands between. So it is enough to try subsets just before each barrier and at the end;
 * the state after each single change is tried as well.
 */
public final class Crashes {
  private final List<Effect> log;
  private final Random random;
  private final int samples;
  private final Set<String> seen = new HashSet<>();
  private final BitSet durable = new BitSet();
  private Visitor visitor = _ -> {};
  private int visited;

  /** Looks at one image. */
  public interface Visitor {
    /** {@code image}: not looked at before together with the promises of that moment. */
    void visit(Image image) throws Exception;
  }

  /**
   * What a crash left.
   *
   * @param description how to find it again
   * @param promises what had been marked before it
   */
  public record Image(String description, List<Object> promises, Disk disk) {
    /** Makes it real in {@code directory}. */
    public void materialize(Path directory) throws IOException {
      disk.materialize(directory);
    }
  }

  /** {@code samples}: random subsets before each barrier, chosen by {@code seed}. */
  public Crashes(List<Effect> log, int samples, long seed) {
    this.log = List.copyOf(log);
    this.samples = samples;
    this.random = new Random(seed);
  }

  /** Visits all images; returns how many there were. */
  public int visit(Visitor each) throws Exception {
    visitor = each;
    for (int at = 0; at < log.size(); at++) {
      if (log.get(at) instanceof Effect.Barrier barrier) {
        if (isAlone(at)) {
          chooseSubsets(at);
        }
        cover(at, barrier);
      }
      emit(at + 1, all(at + 1), "all of " + (at + 1) + " effects");
    }
    chooseSubsets(log.size());
    return visited;
  }

  /**
   * One fsync after the other is one barrier for our purposes, but for what is chosen at random.
   */
  private boolean isAlone(int at) {
    return !(log.get(at) instanceof Effect.FileSynced)
        || at == 0
        || !(log.get(at - 1) instanceof Effect.FileSynced);
  }

  private void chooseSubsets(int at) throws Exception {
    BitSet base = new BitSet();
    base.or(durable);
    int[] open = all(at).stream().filter(i -> !durable.get(i)).toArray();
    emit(at, base, "nothing that was not synced before effect " + at);
    for (int i = 0; i < open.length; i++) {
      emit(at, with(base, open[i]), "only effect " + open[i] + " before effect " + at);
      emit(at, without(all(at), open[i]), "all but effect " + open[i] + " before effect " + at);
      emit(at, with(base, Arrays.copyOf(open, i)), "unsynced up to " + open[i] + " before " + at);
    }
    for (int sample = 0; open.length > 1 && sample < samples; sample++) {
      int[] some = Arrays.stream(open).filter(_ -> random.nextBoolean()).toArray();
      emit(at, with(base, some), "random subset " + sample + " before effect " + at);
    }
  }

  private static BitSet with(BitSet base, int... more) {
    BitSet set = (BitSet) base.clone();
    for (int i : more) {
      set.set(i);
    }
    return set;
  }

  private static BitSet without(BitSet base, int one) {
    BitSet set = (BitSet) base.clone();
    set.clear(one);
    return set;
  }

  private BitSet all(int end) {
    BitSet all = new BitSet();
    for (int i = 0; i < end; i++) {
      all.set(i, log.get(i) instanceof Effect.Change);
    }
    return all;
  }

  private void cover(int at, Effect.Barrier barrier) {
    for (int i = 0; i < at; i++) {
      if (log.get(i) instanceof Effect.Change change && covers(barrier, change)) {
        durable.set(i);
      }
    }
  }

  private static boolean covers(Effect.Barrier barrier, Effect.Change change) {
    return switch (barrier) {
      case Effect.AllSynced _ -> true;
      case Effect.FileSynced(int inode) ->
          switch (change) {
            case Effect.Written it -> it.inode() == inode;
            case Effect.Resized it -> it.inode() == inode;
            case Effect.Attributes it -> it.inode() == inode;
            case Effect.Created _, Effect.Linked _, Effect.Unlinked _, Effect.Renamed _ -> false;
          };
      case Effect.DirectorySynced(int inode) ->
          switch (change) {
            case Effect.Created it -> it.directory() == inode;
            case Effect.Linked it -> it.directory() == inode;
            case Effect.Unlinked it -> it.directory() == inode;
            case Effect.Renamed it -> it.to() == inode;
            case Effect.Attributes it -> it.inode() == inode;
            case Effect.Written _, Effect.Resized _ -> false;
          };
    };
  }

  private void emit(int end, BitSet kept, String description) throws Exception {
    visit(end, disk(end, kept, -1), description);
    int last = kept.length() - 1;
    if (last >= 0 && !durable.get(last) && log.get(last) instanceof Effect.Written) {
      visit(end, disk(end, kept, last), description + ", the last write torn");
    }
  }

  private void visit(int end, Disk disk, String description) throws Exception {
    List<Object> promises = new ArrayList<>();
    for (Effect effect : log.subList(0, end)) {
      if (effect instanceof Effect.Marked(Object what)) {
        promises.add(what);
      }
    }
    if (seen.add(promises.size() + disk.digest())) {
      visited++;
      visitor.visit(new Image(description, promises, disk));
    }
  }

  private Disk disk(int end, BitSet kept, int torn) {
    Disk disk = new Disk();
    for (int i = 0; i < end; i++) {
      Effect effect = log.get(i);
      if (effect instanceof Effect.Created created) {
        disk.prepare(created);
      }
      if (kept.get(i) && effect instanceof Effect.Change change) {
        disk.apply(i == torn ? half((Effect.Written) change) : change);
      }
    }
    return disk;
  }

  private static Effect.Change half(Effect.Written whole) {
    byte[] bytes = Arrays.copyOf(whole.bytes(), whole.bytes().length / 2);
    return new Effect.Written(whole.inode(), whole.at(), bytes);
  }
}
