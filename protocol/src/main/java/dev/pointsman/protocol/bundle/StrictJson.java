package dev.pointsman.protocol.bundle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one JSON object that two readers cannot understand differently: RFC 8259 in UTF-8 without a
 * byte order mark, each key once, integers from 0 to 2^53-1 and no other numbers, whole characters,
 * little nesting, nothing after it but white space.
 *
 * <p>The bytes are decoded before the parser sees them, since Jackson itself would also guess
 * UTF-16 and UTF-32 and skip a byte order mark.
 */
final class StrictJson {
  /** Objects and arrays within each other. */
  static final int MAX_DEPTH = 6;

  private static final int LONGEST_NUMBER = Long.toString(Manifest.MAX_INTEGER).length();
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build();

  private final JsonParser parser;

  private StrictJson(JsonParser parser) {
    this.parser = parser;
  }

  /** The object that {@code json}, called {@code file} in messages, holds. */
  static ObjectNode read(byte[] json, String file) throws Rejected {
    String text = decode(json, file);
    try (JsonParser parser = FACTORY.createParser(text)) {
      StrictJson reader = new StrictJson(parser);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new Rejected(ErrorCode.JSON_SYNTAX, file + " is not a JSON object", file);
      }
      ObjectNode object = reader.object("", 1);
      if (parser.nextToken() != null) {
        throw new Rejected(
            ErrorCode.JSON_SYNTAX, file + " has something after its JSON object", file);
      }
      return object;
    } catch (JsonProcessingException e) {
      throw new Rejected(ErrorCode.JSON_SYNTAX, describe(e, file), file);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory failed", e);
    }
  }

  private static String decode(byte[] json, String file) throws Rejected {
    CharBuffer text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
    } catch (CharacterCodingException e) {
      throw new Rejected(ErrorCode.JSON_SYNTAX, file + " is not valid UTF-8", file);
    }
    if (!text.isEmpty() && text.charAt(0) == '\uFEFF') {
      throw new Rejected(
          ErrorCode.JSON_SYNTAX, file + " begins with a byte order mark: remove it", file);
    }
    return text.toString();
  }

  private ObjectNode object(String path, int depth) throws IOException, Rejected {
    checkDepth(path, depth);
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String shown = Shown.of(key);
      String keyPath = path.isEmpty() ? shown : path + "." + shown;
      parser.nextToken();
      if (object.has(key)) {
        throw new Rejected(
            ErrorCode.JSON_DUPLICATE_KEY, "'" + keyPath + "' is given twice" + where(), keyPath);
      }
      object.set(key, value(keyPath, depth));
    }
    return object;
  }

  private ArrayNode array(String path, int depth) throws IOException, Rejected {
    checkDepth(path, depth);
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(path + "[" + array.size() + "]", depth));
    }
    return array;
  }

  private JsonNode value(String path, int depth) throws IOException, Rejected {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(path, depth + 1);
      case START_ARRAY -> array(path, depth + 1);
      case VALUE_STRING -> TextNode.valueOf(checkCharacters(parser.getText(), path));
      case VALUE_NUMBER_INT -> LongNode.valueOf(integer(parser.getText(), path));
      case VALUE_NUMBER_FLOAT -> throw notAnInteger(parser.getText(), path);
      case VALUE_TRUE -> BooleanNode.TRUE;
      case VALUE_FALSE -> BooleanNode.FALSE;
      case VALUE_NULL -> NullNode.instance;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("no value at " + path + " but " + parser.currentToken());
    };
  }

  private long integer(String digits, String path) throws Rejected {
    if (digits.startsWith("-") || digits.length() > LONGEST_NUMBER) {
      throw notAnInteger(digits, path);
    }
    long value = Long.parseLong(digits);
    if (value > Manifest.MAX_INTEGER) {
      throw notAnInteger(digits, path);
    }
    return value;
  }

  private Rejected notAnInteger(String number, String path) {
    String shown = number.length() > 24 ? number.substring(0, 24) + "..." : number;
    return new Rejected(
        ErrorCode.JSON_VALUE,
        "'" + path + "' is " + shown + ", not an integer from 0 to 2^53-1" + where(),
        path);
  }

  private void checkDepth(String path, int depth) throws Rejected {
    if (depth > MAX_DEPTH) {
      throw new Rejected(
          ErrorCode.JSON_DEPTH,
          "'" + path + "' is nested more than " + MAX_DEPTH + " deep" + where(),
          path);
    }
  }

  /** Escapes can write half a character, which cannot be written as UTF-8 again. */
  private String checkCharacters(String text, String path) throws Rejected {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new Rejected(
          ErrorCode.JSON_VALUE, "'" + path + "' has half of a surrogate pair" + where(), path);
    }
    return text;
  }

  private String where() {
    return " (line " + parser.currentTokenLocation().getLineNr() + ")";
  }

  /** Jackson's words without its advice to switch strictness off. */
  private static String describe(JsonProcessingException e, String file) {
    String message = e.getOriginalMessage().lines().findFirst().orElse("not JSON");
    int advice = message.indexOf(" (enable ");
    String words = advice < 0 ? message : message.substring(0, advice);
    var location = e.getLocation();
    return location == null
        ? file + ": " + words
        : "%s:%d:%d: %s".formatted(file, location.getLineNr(), location.getColumnNr(), words);
  }
}
