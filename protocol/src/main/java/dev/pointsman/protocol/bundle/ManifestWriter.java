package dev.pointsman.protocol.bundle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest.Archive;
import dev.pointsman.protocol.bundle.Manifest.ProcessDefaults;
import dev.pointsman.protocol.bundle.Manifest.Schema;
import dev.pointsman.protocol.bundle.Manifest.Target;
import dev.pointsman.protocol.bundle.Manifest.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * From a {@link Manifest} to the bytes of {@code release.json}, the same for the same manifest on
 * every machine. What is not there is left out.
 */
final class ManifestWriter {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final JsonFactory FACTORY = MAPPER.getFactory();

  private final JsonGenerator json;

  private ManifestWriter(JsonGenerator json) {
    this.json = json;
  }

  static byte[] write(Manifest manifest) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.setPrettyPrinter(printer());
      new ManifestWriter(json).manifest(manifest);
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** One compact JSON object, keys sorted. */
  static String compact(Map<String, String> facts) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    new TreeMap<>(facts).forEach(object::put);
    return object.toString();
  }

  private static DefaultPrettyPrinter printer() {
    return new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""))
        .withObjectIndenter(new DefaultIndenter("  ", "\n"));
  }

  private void manifest(Manifest manifest) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", Manifest.TYPE);
    json.writeStringField("app", manifest.app().value());
    json.writeStringField("release", manifest.release().value());
    json.writeNumberField("sequence", manifest.sequence());
    json.writeStringField("created", manifest.created().toString());
    string("expires", manifest.expires().map(Object::toString));
    if (manifest.target().isPresent()) {
      target(manifest.target().get());
    }
    if (manifest.tree().isPresent()) {
      tree(manifest.tree().get());
    }
    if (manifest.archive().isPresent()) {
      archive(manifest.archive().get());
    }
    strings("hooks", manifest.hooks());
    if (manifest.schema().isPresent()) {
      schema(manifest.schema().get());
    }
    if (manifest.process().isPresent()) {
      process(manifest.process().get());
    }
    if (manifest.meta().isPresent()) {
      json.writeFieldName("meta");
      MAPPER.writeTree(json, metaObject(manifest.meta().get()));
    }
    json.writeEndObject();
  }

  private void target(Target target) throws IOException {
    json.writeObjectFieldStart("target");
    strings("env", target.env());
    strings("hosts", target.hosts());
    string("platform", target.platform());
    json.writeEndObject();
  }

  private void tree(Tree tree) throws IOException {
    json.writeObjectFieldStart("tree");
    json.writeStringField("sha256", tree.sha256());
    json.writeNumberField("size", tree.size());
    json.writeNumberField("files", tree.files());
    json.writeNumberField("links", tree.links());
    json.writeNumberField("bytes", tree.bytes());
    json.writeEndObject();
  }

  private void archive(Archive archive) throws IOException {
    json.writeObjectFieldStart("archive");
    json.writeStringField("sha256", archive.sha256());
    json.writeNumberField("size", archive.size());
    json.writeStringField("format", archive.format());
    json.writeNumberField("files", archive.files());
    json.writeNumberField("bytes", archive.bytes());
    json.writeEndObject();
  }

  private void schema(Schema schema) throws IOException {
    json.writeObjectFieldStart("schema");
    json.writeArrayFieldStart("requires");
    json.writeNumber(schema.requiresFrom());
    json.writeNumber(schema.requiresTo());
    json.writeEndArray();
    json.writeNumberField("provides", schema.provides());
    json.writeEndObject();
  }

  private void process(ProcessDefaults process) throws IOException {
    json.writeObjectFieldStart("process");
    strings("command", process.command().orElse(List.of()));
    string("working_directory", process.workingDirectory());
    if (process.healthPath().isPresent()) {
      json.writeObjectFieldStart("health");
      string("path", process.healthPath());
      json.writeEndObject();
    }
    string("public", process.publicDirectory());
    string("assets", process.assets());
    json.writeEndObject();
  }

  private void string(String key, Optional<String> value) throws IOException {
    if (value.isPresent()) {
      json.writeStringField(key, value.get());
    }
  }

  private void strings(String key, List<String> values) throws IOException {
    if (values.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart(key);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static ObjectNode metaObject(String meta) {
    try {
      return StrictJson.read(meta.getBytes(StandardCharsets.UTF_8), "meta");
    } catch (Rejected e) {
      throw new IllegalStateException("meta is not a JSON object: " + meta, e);
    }
  }
}
