package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Does nothing, and stops at the n-th call instead of it, once a store was opened with it. */
final class StoppingDurability implements Durability {
  /** Directories whose names are synced when a store is opened. */
  private static final int OPENING = 3;

  private final Supplier<? extends Throwable> ending;
  private int left;

  StoppingDurability(int stopAt, Supplier<? extends Throwable> ending) {
    this.left = stopAt + OPENING;
    this.ending = ending;
  }

  @Override
  public void barrier(Path directory) throws IOException {
    step();
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step();
  }

  private void step() throws IOException {
    if (--left == 0) {
      switch (ending.get()) {
        case IOException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalArgumentException(e);
      }
    }
  }
}
