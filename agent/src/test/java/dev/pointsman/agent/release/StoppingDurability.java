package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Does nothing, and stops at the n-th call instead of it. */
final class StoppingDurability implements Durability {
  private final Supplier<? extends Throwable> ending;
  private int left;

  StoppingDurability(int stopAt, Supplier<? extends Throwable> ending) {
    this.left = stopAt;
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
