package dev.pointsman.agent.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** What an upload sends. */
public interface UploadBody {
  /** The exact number of bytes, where it is known before. */
  OptionalLong length();

  /** The bytes from their beginning; closed by who opened them. */
  InputStream open() throws IOException;
}
