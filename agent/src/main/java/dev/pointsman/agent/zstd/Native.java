package dev.pointsman.agent.zstd;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** All that is asked of the library; fails as a LinkageError where it is not there. */
final class Native {
  private static final int LEVEL = 3;

  /** Of the window: 8 MiB, what a {@link dev.pointsman.protocol.bundle.StrictZstd} allows. */
  private static final int MAX_WINDOW_LOG = 23;

  private Native() {}

  static void load() {
    com.github.luben.zstd.util.Native.load();
  }

  static InputStream decode(InputStream frame) throws IOException {
    ZstdInputStreamNoFinalizer in = new ZstdInputStreamNoFinalizer(new Unclosed(frame));
    in.setLongMax(MAX_WINDOW_LOG);
    return in;
  }

  static OutputStream compress(OutputStream out) throws IOException {
    ZstdOutputStreamNoFinalizer packed = new ZstdOutputStreamNoFinalizer(out, LEVEL);
    packed.setChecksum(true);
    return packed;
  }

  /** The frame belongs to the caller. */
  private static final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
