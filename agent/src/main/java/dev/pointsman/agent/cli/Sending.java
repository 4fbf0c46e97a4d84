package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.UploadBody;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** Something to be sent, made anew for every attempt. */
record Sending(OptionalLong length, Source source) {
  /** Makes the bytes. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /** The same, counted while it goes out. */
  UploadBody through(UploadProgress progress) {
    return new UploadBody() {
      @Override
      public OptionalLong length() {
        return length;
      }

      @Override
      public InputStream open() throws IOException {
        return progress.wire(source.open());
      }
    };
  }
}
