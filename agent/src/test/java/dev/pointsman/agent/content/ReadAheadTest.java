package dev.pointsman.agent.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReadAheadTest {
  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static final class Failing extends InputStream {
    private final Throwable failure;

    Failing(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      switch (failure) {
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        default -> throw new IllegalStateException(failure);
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return read();
    }
  }

  @Test
  void givesEveryByteInItsOrder() throws Exception {
    for (int length : new int[] {0, 1, ReadAhead.BUFFER, ReadAhead.BUFFER + 1, 1_000_003}) {
      byte[] sent = bytes(length);
      try (ReadAhead ahead = new ReadAhead(new ByteArrayInputStream(sent))) {
        assertThat(ahead.readNBytes(512)).hasSize(Math.min(512, length));
        assertThat(ahead.readAllBytes()).hasSize(Math.max(0, length - 512));
        assertThat(ahead.read()).isEqualTo(-1);
      }
      try (ReadAhead ahead = new ReadAhead(new ByteArrayInputStream(sent))) {
        assertThat(ahead.readAllBytes()).isEqualTo(sent);
      }
    }
  }

  @Test
  void failsAsTheSourceDoesAfterWhatCameBefore() throws Exception {
    byte[] sent = bytes(100_000);
    for (Exception cause :
        new Exception[] {new IOException("cut"), new IllegalStateException("bug")}) {
      InputStream source =
          new SequenceInputStream(new ByteArrayInputStream(sent), new Failing(cause));
      try (ReadAhead ahead = new ReadAhead(source)) {
        assertThat(ahead.readNBytes(sent.length)).isEqualTo(sent);
        assertThatThrownBy(ahead::read).isSameAs(cause);
        assertThatThrownBy(ahead::read).isSameAs(cause);
      }
    }
  }

  @Test
  void readsNoFurtherAheadThanItsWindow() throws Exception {
    AtomicLong taken = new AtomicLong();
    CountDownLatch full = new CountDownLatch(1);
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("one byte at a time");
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            if (taken.addAndGet(length) >= (long) ReadAhead.WINDOW * ReadAhead.BUFFER) {
              full.countDown();
            }
            return length;
          }
        };
    try (ReadAhead ahead = new ReadAhead(endless)) {
      assertThat(full.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(ahead.skip(10 * ReadAhead.BUFFER)).isEqualTo(10 * ReadAhead.BUFFER);
    }
    assertThat(taken.get())
        .isBetween(10L * ReadAhead.BUFFER, (10L + ReadAhead.WINDOW) * ReadAhead.BUFFER);
  }

  @Test
  void closingEndsAReadThatWaitsAndClosesTheSourceAfterIt() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicBoolean left = new AtomicBoolean();
    AtomicBoolean leftFirst = new AtomicBoolean();
    InputStream silent =
        new InputStream() {
          @Override
          public int read() throws IOException {
            waiting.countDown();
            try {
              Thread.sleep(Duration.ofHours(1));
              return -1;
            } catch (InterruptedException _) {
              throw new InterruptedIOException();
            } finally {
              left.set(true);
            }
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return read();
          }

          @Override
          public void close() {
            leftFirst.set(left.get());
          }
        };
    ReadAhead ahead = new ReadAhead(silent);
    assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();

    ahead.close();

    assertThat(leftFirst).isTrue();
  }

  @Test
  void anInterruptedReaderSaysSo() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    InputStream silent =
        new InputStream() {
          @Override
          public int read() throws IOException {
            try {
              never.await();
              return -1;
            } catch (InterruptedException _) {
              throw new InterruptedIOException();
            }
          }
        };
    try (ReadAhead ahead = new ReadAhead(silent)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(ahead::read).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
