package dev.pointsman.agent.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/** Reads the host's file and the files of its apps into records, or says all that is wrong. */
public final class ConfigReader {
  private static final int MOST_BYTES = 1 << 20;

  private ConfigReader() {}

  /** As {@link #read(Path, HostFacts)}, on this host. */
  public static HostConfig read(Path hostFile) throws ConfigInvalid, IOException {
    return read(hostFile, HostFacts.ofThisHost());
  }

  /**
   * Reads {@code hostFile} and all that it names.
   *
   * @throws ConfigInvalid with every mistake of every file
   */
  public static HostConfig read(Path hostFile, HostFacts facts) throws ConfigInvalid {
    Mistakes mistakes = new Mistakes();
    Optional<Section> section = open(hostFile, mistakes);
    mistakes.throwIfAny();
    HostConfig config = new HostReader(hostFile, facts, mistakes).read(section.orElseThrow());
    mistakes.throwIfAny();
    return config;
  }

  /** The top of {@code file}; empty where it cannot be read or is not TOML. */
  static Optional<Section> open(Path file, Mistakes mistakes) {
    String text;
    try {
      if (Files.size(file) > MOST_BYTES) {
        mistakes.add(file, "is larger than " + Units.text(MOST_BYTES) + ": is it the right file?");
        return Optional.empty();
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (NoSuchFileException e) {
      mistakes.add(file, "does not exist");
      return Optional.empty();
    } catch (CharacterCodingException e) {
      mistakes.add(file, "is not UTF-8 text");
      return Optional.empty();
    } catch (IOException e) {
      mistakes.add(file, "cannot be read: " + e);
      return Optional.empty();
    }
    TomlParseResult parsed = Toml.parse(text);
    parsed
        .errors()
        .forEach(error ->
            mistakes.add(
                new Mistake(
                    file,
                    error.position().line(),
                    error.position().column(),
                    String.valueOf(error.getMessage()))));
    return parsed.hasErrors()
        ? Optional.empty()
        : Optional.of(new Section(file, "", parsed, TomlPosition.positionAt(1, 1), mistakes));
  }
}
