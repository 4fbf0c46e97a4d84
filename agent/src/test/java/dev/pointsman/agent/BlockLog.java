package dev.pointsman.agent;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What packaging/blklog wrote down of a disk.
 *
 * @param records in their order
 */
record BlockLog(List<Entry> records) {
  /** One thing that the disk was told. */
  sealed interface Entry {}

  /** Bytes at an offset. */
  record Write(long offset, byte[] bytes) implements Entry {}

  /** All writes before it are on the medium. */
  record Flush() implements Entry {}

  /** A promise was made. */
  record Mark(String text) implements Entry {}

  static BlockLog read(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (int type = in.read(); type >= 0; type = in.read()) {
        long offset = Long.reverseBytes(in.readLong());
        int length = Math.toIntExact(Long.reverseBytes(in.readLong()));
        byte[] bytes = new byte[type == 'F' ? 0 : length];
        in.readFully(bytes);
        entries.add(
            switch (type) {
              case 'W' -> new Write(offset, bytes);
              case 'F' -> new Flush();
              case 'M' -> new Mark(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
              default -> throw new IOException(file + " has a record of type " + type);
            });
      }
    } catch (EOFException e) {
      throw new IOException(file + " ends within a record", e);
    }
    return new BlockLog(List.copyOf(entries));
  }

  /** Writes them to an image. */
  static void apply(Path image, List<Write> writes) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      for (Write write : writes) {
        ByteBuffer bytes = ByteBuffer.wrap(write.bytes());
        while (bytes.hasRemaining()) {
          channel.write(bytes, write.offset() + bytes.position());
        }
      }
    }
  }
}
