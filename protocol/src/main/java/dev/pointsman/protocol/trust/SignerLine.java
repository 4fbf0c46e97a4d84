package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import dev.pointsman.protocol.trust.TrustFile.Line;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Reads one line of {@code allowed_signers}: {@code principals [options] keytype base64 [comment]}.
 *
 * <p>Stricter than ssh-keygen where its freedom would be a trap here: principals are names and not
 * patterns, since they are counted (those of an authority are patterns, since it is the certificate
 * that names somebody); times need their {@code Z}, since without it they would depend on the
 * host's time zone; and an option that is not known refuses the file, since it may have been meant
 * to restrict.
 */
final class SignerLine {
  private static final Pattern KEY_TYPE = Pattern.compile("(ssh|ecdsa|sk|rsa|webauthn)-[^=\"]+");
  private static final Pattern PRINCIPAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+/-]{0,127}");
  private static final Pattern TIME = Pattern.compile("\\d{8}(\\d{4}(\\d\\d)?)?Z");
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withResolverStyle(ResolverStyle.STRICT);
  private static final String AUTHORITY = "cert-authority";
  private static final Set<String> OPTIONS =
      Set.of("namespaces", "valid-after", "valid-before", AUTHORITY);

  private final Line line;

  private SignerLine(Line line) {
    this.line = line;
  }

  /** Whether {@code name} can be somebody's. */
  static boolean isPrincipal(String name) {
    return PRINCIPAL.matcher(name).matches();
  }

  static Signer read(Line line) throws Rejected {
    return new SignerLine(line).read();
  }

  private Signer read() throws Rejected {
    List<String> fields = fields();
    boolean hasOptions = fields.size() > 1 && !KEY_TYPE.matcher(fields.get(1)).matches();
    int keyField = hasOptions ? 2 : 1;
    Map<String, String> options = hasOptions ? options(fields.get(1)) : Map.of();
    if (fields.size() < keyField + 2) {
      throw line.refused("expected: principals [options] keytype base64-key");
    }
    Optional<Instant> after = time(options, "valid-after");
    Optional<Instant> before = time(options, "valid-before");
    if (after.isPresent() && before.isPresent() && !before.get().isAfter(after.get())) {
      throw line.refused("valid-before is not after valid-after");
    }
    boolean authority = options.containsKey(AUTHORITY);
    return new Signer(
        line.number(),
        principals(unquoted(fields.getFirst()), authority),
        authority,
        namespaces(options),
        after,
        before,
        key(fields.get(keyField), fields.get(keyField + 1)));
  }

  /** What blanks separate, except within double quotes. */
  private List<String> fields() throws Rejected {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    boolean escaped = false;
    for (char c : line.text().toCharArray()) {
      if (!quoted && (c == ' ' || c == '\t')) {
        if (!field.isEmpty()) {
          fields.add(field.toString());
          field.setLength(0);
        }
        continue;
      }
      quoted ^= c == '"' && !escaped;
      escaped = c == '\\' && !escaped;
      field.append(c);
    }
    if (quoted && fields.size() < 4) {
      throw line.refused("a double quote is not closed");
    }
    fields.add(field.toString());
    return fields;
  }

  private SshPublicKey key(String type, String base64) throws Rejected {
    byte[] blob = TrustFile.keyBlob(line, type, base64);
    try {
      return SshPublicKey.parse(blob);
    } catch (Rejected e) {
      throw line.refused(e.detail());
    }
  }

  private List<String> principals(String list, boolean authority) throws Rejected {
    return authority
        ? names(list, SshPattern::isPattern, "pattern of principals")
        : names(list, SignerLine::isPrincipal, "principal (patterns are for cert-authority)");
  }

  private List<SshPattern> namespaces(Map<String, String> options) throws Rejected {
    String list = options.get("namespaces");
    return list == null
        ? List.of()
        : names(list, SshPattern::isPattern, "namespace").stream().map(SshPattern::of).toList();
  }

  private List<String> names(String list, Predicate<String> form, String what) throws Rejected {
    List<String> names = List.of(list.split(",", -1));
    for (String name : names) {
      if (!form.test(name)) {
        throw line.refused("'" + Shown.of(name) + "' is no " + what);
      }
    }
    if (Set.copyOf(names).size() < names.size()) {
      throw line.refused("a " + what + " is named twice");
    }
    return names;
  }

  /** Reads {@code name="value",...} and {@code cert-authority}, which has no value. */
  private Map<String, String> options(String field) throws Rejected {
    Map<String, String> options = new LinkedHashMap<>();
    int at = 0;
    while (at < field.length()) {
      int nameEnd = at;
      while (nameEnd < field.length() && "=,\"".indexOf(field.charAt(nameEnd)) < 0) {
        nameEnd++;
      }
      String name = field.substring(at, nameEnd);
      if (!OPTIONS.contains(name)) {
        throw line.refused(
            "'" + Shown.of(name) + "' is neither a key type nor an option that is known here");
      }
      if (name.equals(AUTHORITY)) {
        put(options, name, "");
        at = next(field, nameEnd, name);
        continue;
      }
      int valueEnd = field.startsWith("=\"", nameEnd) ? closingQuote(field, nameEnd + 2) : -1;
      if (valueEnd < 0) {
        throw line.refused("expected " + name + "=\"...\"");
      }
      put(options, name, field.substring(nameEnd + 2, valueEnd).replace("\\\"", "\""));
      at = next(field, valueEnd + 1, name);
    }
    return options;
  }

  private void put(Map<String, String> options, String name, String value) throws Rejected {
    if (options.put(name, value) != null) {
      throw line.refused("option '" + name + "' is given twice");
    }
  }

  /** Where the option after {@code name}, which ends before {@code at}, begins. */
  private int next(String field, int at, String name) throws Rejected {
    if (at == field.length()) {
      return at;
    }
    if (field.charAt(at) != ',' || at + 1 == field.length()) {
      throw line.refused("expected ',' and another option after " + name);
    }
    return at + 1;
  }

  private static int closingQuote(String field, int from) {
    for (int i = from; i < field.length(); i++) {
      if (field.charAt(i) == '\\') {
        i++;
      } else if (field.charAt(i) == '"') {
        return i;
      }
    }
    return -1;
  }

  private String unquoted(String field) throws Rejected {
    if (!field.startsWith("\"")) {
      return field;
    }
    if (closingQuote(field, 1) != field.length() - 1) {
      throw line.refused("the quotes around the principals are not closed");
    }
    return field.substring(1, field.length() - 1);
  }

  private Optional<Instant> time(Map<String, String> options, String name) throws Rejected {
    String value = options.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!TIME.matcher(value).matches()) {
      throw line.refused(
          name + " is '" + Shown.of(value) + "'; write it in UTC, as 20270501Z or 202705011230Z");
    }
    String digits = value.substring(0, value.length() - 1);
    try {
      String seconds = digits + "0".repeat("yyyyMMddHHmmss".length() - digits.length());
      return Optional.of(LocalDateTime.parse(seconds, SECONDS).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      throw line.refused(name + " is no time: " + value);
    }
  }
}
