package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import dev.pointsman.protocol.bundle.Manifest.Archive;
import dev.pointsman.protocol.bundle.Manifest.Schema;
import dev.pointsman.protocol.bundle.Manifest.Target;
import dev.pointsman.protocol.bundle.Manifest.Tree;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** From the bytes of {@code release.json} to a {@link Manifest}; see there for the rules. */
final class ManifestReader {
  private static final String FILE = "release.json";
  private static final int MAX_NAMES = 256;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?Z");
  private static final Pattern ENVIRONMENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern HOST_GLOB = Pattern.compile("[A-Za-z0-9*._-]{1,253}");
  private static final Pattern PLATFORM = Pattern.compile("[a-z0-9_]{1,20}(/[a-z0-9_]{1,20}){1,2}");
  private static final Pattern FORMAT = Pattern.compile("tar|tar\\.(gz|zst)");
  private static final Pattern HOOK = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

  private ManifestReader() {}

  static Manifest read(byte[] json) throws Rejected {
    if (json.length > Manifest.MAX_BYTES) {
      throw new Rejected(
          ErrorCode.LIMIT_BUNDLE,
          FILE + " has " + json.length + " bytes, more than " + Manifest.MAX_BYTES,
          FILE);
    }
    JsonFields fields = new JsonFields(StrictJson.read(json, FILE), "");
    readType(fields);
    Instant created = fields.required("created", time(fields, "created"));
    Manifest manifest =
        new Manifest(
            app(fields),
            release(fields),
            fields.requiredLong("sequence"),
            created,
            expires(fields, created),
            target(fields),
            tree(fields),
            archive(fields),
            hooks(fields),
            schema(fields),
            ProcessReader.read(fields),
            meta(fields));
    fields.noMore();
    if (manifest.tree().isEmpty() && manifest.archive().isEmpty()) {
      throw new Rejected(
          ErrorCode.JSON_VALUE, FILE + " has neither 'tree' nor 'archive': give one", "tree");
    }
    return manifest;
  }

  private static void readType(JsonFields fields) throws Rejected {
    if (!fields.requiredString("type").equals(Manifest.TYPE)) {
      throw fields.value("type", "must be \"" + Manifest.TYPE + "\"");
    }
  }

  private static AppName app(JsonFields fields) throws Rejected {
    return AppName.parse(fields.requiredString("app"))
        .orElseThrow(
            () -> fields.value("app", "must be a lower-case name as [a-z][a-z0-9-]{0,38}"));
  }

  private static ReleaseId release(JsonFields fields) throws Rejected {
    return ReleaseId.parse(fields.requiredString("release"))
        .orElseThrow(() ->
            fields.value(
                "release",
                "must be [A-Za-z0-9][A-Za-z0-9._-]{0,79}, without '..', not a reserved name"));
  }

  private static Optional<Instant> expires(JsonFields fields, Instant created) throws Rejected {
    Optional<Instant> expires = time(fields, "expires");
    if (expires.isPresent() && !expires.get().isAfter(created)) {
      throw fields.value("expires", "must be after 'created'");
    }
    return expires;
  }

  private static Optional<Instant> time(JsonFields fields, String key) throws Rejected {
    String rule = "a time in UTC, as 2026-11-22T18:45:07Z";
    Optional<String> text = fields.string(key, TIME, rule);
    try {
      return text.map(Instant::parse);
    } catch (DateTimeException e) {
      throw fields.value(key, "must be " + rule);
    }
  }

  private static Optional<Target> target(JsonFields fields) throws Rejected {
    Optional<JsonFields> target = fields.object("target");
    if (target.isEmpty()) {
      return Optional.empty();
    }
    JsonFields inner = target.get();
    Optional<List<String>> env =
        inner.strings("env", MAX_NAMES, ENVIRONMENT, "the name of an environment");
    Optional<List<String>> hosts =
        inner.strings("hosts", MAX_NAMES, HOST_GLOB, "a host name, in which '*' stands for any");
    Optional<String> platform = inner.string("platform", PLATFORM, "as \"linux/amd64\"");
    inner.noMore();
    return Optional.of(new Target(inner.required("env", env), hosts.orElse(List.of()), platform));
  }

  private static Optional<Tree> tree(JsonFields fields) throws Rejected {
    Optional<JsonFields> tree = fields.object("tree");
    if (tree.isEmpty()) {
      return Optional.empty();
    }
    JsonFields inner = tree.get();
    Tree value =
        new Tree(
            inner.requiredString("sha256", SHA256, "64 lower-case hex digits"),
            inner.requiredLong("size"),
            inner.requiredInt("files"),
            inner.requiredInt("links"),
            inner.requiredLong("bytes"));
    inner.noMore();
    return Optional.of(value);
  }

  private static Optional<Archive> archive(JsonFields fields) throws Rejected {
    Optional<JsonFields> archive = fields.object("archive");
    if (archive.isEmpty()) {
      return Optional.empty();
    }
    JsonFields inner = archive.get();
    Archive value =
        new Archive(
            inner.requiredString("sha256", SHA256, "64 lower-case hex digits"),
            inner.requiredLong("size"),
            inner.requiredString("format", FORMAT, "\"tar\", \"tar.gz\" or \"tar.zst\""),
            inner.requiredInt("files"),
            inner.requiredLong("bytes"));
    inner.noMore();
    return Optional.of(value);
  }

  /** A name that no host could define is refused as one that this host does not. */
  private static List<String> hooks(JsonFields fields) throws Rejected {
    List<String> hooks = fields.strings("hooks", 0, MAX_NAMES).orElse(List.of());
    for (String hook : hooks) {
      if (!HOOK.matcher(hook).matches()) {
        throw new Rejected(
            ErrorCode.HOOK_UNKNOWN, "'" + Shown.of(hook) + "' cannot be a hook's name", "hooks");
      }
    }
    if (new HashSet<>(hooks).size() < hooks.size()) {
      throw fields.value("hooks", "names something twice");
    }
    return hooks;
  }

  private static Optional<Schema> schema(JsonFields fields) throws Rejected {
    Optional<JsonFields> schema = fields.object("schema");
    if (schema.isEmpty()) {
      return Optional.empty();
    }
    JsonFields inner = schema.get();
    List<Long> range = inner.integers("requires", 2);
    Schema value = new Schema(range.get(0), range.get(1), inner.requiredLong("provides"));
    inner.noMore();
    if (value.requiresFrom() > value.requiresTo()) {
      throw inner.value("requires", "must be [oldest, newest]");
    }
    return Optional.of(value);
  }

  private static Optional<String> meta(JsonFields fields) throws Rejected {
    Optional<String> meta = fields.raw("meta");
    if (meta.isPresent()
        && meta.get().getBytes(StandardCharsets.UTF_8).length > Manifest.MAX_META_BYTES) {
      throw new Rejected(
          ErrorCode.JSON_VALUE,
          "'meta' is larger than " + Manifest.MAX_META_BYTES + " bytes",
          "meta");
    }
    return meta;
  }
}
