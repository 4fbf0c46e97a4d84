package dev.pointsman.agent.intake;

import java.util.function.Consumer;
import java.util.stream.Stream;

/** File lists that break the rules, or do not go with the statement or the payload. */
final class ListAttacks {
  private static final String HEADER = "#pointsman-tree 1\n";
  private static final String FILE = TestBundle.OK_LIST.lines().toList().get(1) + "\n";
  private static final String DIGEST = FILE.substring(8, 72);

  private ListAttacks() {}

  private static BundleAttack row(String expected, String what, Consumer<TestBundle> bend) {
    return BundleAttack.of(
        expected,
        "list: " + what,
        ci -> {
          TestBundle bundle = StatementAttacks.second(TestBundle.listed());
          bend.accept(bundle);
          return StatementAttacks.signed(bundle, ci);
        });
  }

  /** A list of other lines, with its counts as they would be. */
  private static BundleAttack lines(String expected, String what, String lines) {
    return row(
        expected,
        what,
        b -> {
          b.list = HEADER + lines;
          b.links = (int) lines.lines().filter(line -> line.startsWith("l ")).count();
          b.files = (int) lines.lines().filter(line -> line.startsWith("f ")).count();
        });
  }

  private static String file(String path) {
    return "f 644 5 " + DIGEST + "  " + path + "\n";
  }

  static Stream<BundleAttack> lists() {
    return Stream.of(statement(), form(), rules(), payload()).flatMap(rows -> rows);
  }

  private static Stream<BundleAttack> statement() {
    return Stream.of(
        row("422 tree.digest", "another list than was signed", b -> b.treeDigest = "0".repeat(64)),
        row("422 tree.count", "a file more signed", b -> b.files = 2),
        row("422 tree.count", "a file fewer signed", b -> b.files = 0),
        row("422 tree.count", "a link more signed", b -> b.links = 2),
        row("422 tree.count", "a link fewer signed", b -> b.links = 0),
        row("422 tree.count", "a byte more signed", b -> b.bytes = 6),
        row("422 tree.count", "a byte fewer signed", b -> b.bytes = 4),
        row(
            "413 limit.list",
            "beyond the host's limit",
            b -> b.list = HEADER + "d ./x\n".repeat(200_000)),
        BundleAttack.of(
            "422 tree.digest",
            "list: a bomb where a small one was signed",
            ci -> {
              TestBundle bundle = StatementAttacks.second(TestBundle.listed());
              byte[] manifest = bundle.manifest();
              bundle.list = TestBundle.OK_LIST + "d ./x\n".repeat(1 << 20);
              bundle.listGzip = true;
              bundle.signatures.put("release.json.sig", ci.sign(manifest));
              return bundle.build(manifest);
            }),
        BundleAttack.of(
            "422 tree.digest",
            "list: signed compressed, sent plain",
            ci -> {
              TestBundle bundle = StatementAttacks.second(TestBundle.listed());
              byte[] manifest = bundle.manifest();
              bundle.list = bundle.list + "d ./z\n";
              bundle.signatures.put("release.json.sig", ci.sign(manifest));
              return bundle.build(manifest);
            }));
  }

  private static Stream<BundleAttack> form() {
    return Stream.of(
        row("422 tree.format", "none at all", b -> b.list = "hello\n"),
        row("422 tree.format", "empty", b -> b.list = ""),
        row(
            "422 tree.format",
            "of another version",
            b -> b.list = b.list.replace("tree 1", "tree 2")),
        row("422 tree.format", "CRLF", b -> b.list = b.list.replace("\n", "\r\n")),
        lines("422 path.char", "CR before the line feed", file("./a.txt\r")),
        lines("422 tree.format", "no line feed at the end", FILE.strip()),
        lines("422 tree.format", "an empty line", FILE + "\n"),
        lines("422 tree.format", "a comment", FILE + "# more\n"),
        lines("422 tree.format", "size with leading zeros", FILE.replace(" 5 ", " 05 ")),
        lines("422 tree.format", "size with a sign", FILE.replace(" 5 ", " +5 ")),
        lines("422 tree.format", "size of no end", FILE.replace(" 5 ", " " + "9".repeat(30) + " ")),
        lines(
            "422 tree.format",
            "upper-case digest",
            FILE.replace(DIGEST, DIGEST.toUpperCase(java.util.Locale.ROOT))),
        lines("422 tree.format", "short digest", FILE.replace(DIGEST, DIGEST.substring(1))),
        lines("422 tree.format", "mode with a leading zero", FILE.replace("644", "0644")),
        lines("422 tree.format", "mode that is not octal", FILE.replace("644", "648")),
        lines("422 entry.mode", "setuid", FILE.replace("644", "4755")),
        lines("422 entry.mode", "sticky", FILE.replace("644", "1644")),
        lines("422 tree.format", "one space before the path", FILE.replace("  ./", " ./")),
        lines("422 tree.format", "path without ./", FILE.replace("./a", "a")),
        lines("422 tree.format", "line of 5,000 bytes", file("./" + "x".repeat(5_000))),
        lines("422 tree.format", "link without a tab", FILE + "l a.txt ./b\n"),
        lines("422 tree.format", "link with a tab in its target", FILE + "l a\t.txt\t./b\n"),
        lines("422 tree.format", "unknown kind", FILE + "h a.txt\t./b\n"));
  }

  private static Stream<BundleAttack> rules() {
    return Stream.of(
        lines("422 path.traversal", "path out of the release", file("./../a.txt")),
        lines("422 path.traversal", "path that begins above", file("../a.txt")),
        lines("422 path.absolute", "absolute path", file("/a.txt")),
        lines("422 path.absolute", "absolute path after ./", file(".//a.txt")),
        lines("422 path.component", "slash at the end of a file", file("./a.txt/")),
        lines("422 path.component", "slash at the end of a directory", FILE + "d ./e/\n"),
        lines("422 path.component", "the root as a directory", FILE + "d ./\n"),
        lines("422 path.reserved", "the agent's name", file("./.pointsman/seal")),
        lines("422 path.char", "NUL", file("./a\0b")),
        lines("422 path.char", "backslash", file("./a\\b")),
        lines("422 path.duplicate", "file twice", FILE + FILE),
        lines("422 path.duplicate", "file and directory", FILE + "d ./a.txt\n"),
        lines("422 path.duplicate", "file and link", FILE + "l b\t./a.txt\n"),
        lines("422 path.not-a-directory", "file below a file", FILE + file("./a.txt/b")),
        lines(
            "422 path.not-a-directory", "directory below a link", FILE + "l a.txt\t./b\nd ./b/c\n"),
        lines("422 tree.order", "out of order", file("./b") + file("./a")),
        lines("422 tree.order", "file after a link", FILE + "l a.txt\t./b\n" + file("./c")),
        lines("422 tree.format", "directory that is not empty", file("./d/f") + "d ./d\n"),
        lines(
            "422 path.collision",
            "two forms of one name",
            file("./cafe\u0301") + file("./caf\u00e9")),
        lines("422 link.escape", "link out of the release", FILE + "l ../a.txt\t./b\n"),
        lines("422 link.absolute", "absolute link", FILE + "l /etc/passwd\t./b\n"),
        lines("422 link.form", "link through a link", file("./t/x/f") + "l t\t./d\nl d/x\t./e\n"),
        lines("422 link.loop", "links in a circle", FILE + "l c\t./b\nl b\t./c\n"),
        lines("422 link.loop", "link to itself", FILE + "l b\t./b\n"),
        lines("422 link.dangling", "link to nothing", FILE + "l c\t./b\n"),
        lines("422 link.form", "link without a target", FILE + "l \t./b\n"),
        lines("422 link.form", "link with a slash at its end", FILE + "l e/\t./b\nd ./e\n"),
        lines("413 limit.entries", "eleven links", FILE + links()),
        lines("413 limit.file", "file beyond the host's limit", FILE.replace(" 5 ", " 1048577 ")));
  }

  private static String links() {
    StringBuilder links = new StringBuilder();
    for (int i = 10; i <= 20; i++) {
      links.append("l a.txt\t./l").append(i).append('\n');
    }
    return links.toString();
  }

  private static BundleAttack sends(String expected, String what, TarBytes tar) {
    return row(expected, what, b -> b.payload = tar.end());
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  private static Stream<BundleAttack> payload() {
    TarBytes directories = tar().file("a.txt", "hello");
    for (int i = 0; i < 1_001; i++) {
      directories.directory("./");
    }
    return Stream.of(
        sends("422 tree.missing", "a file that does not come", tar().directory("empty")),
        sends(
            "422 tar.unexpected", "a file beside it", tar().file("a.txt", "hello").file("e", "x")),
        sends("422 tar.unexpected", "a directory beside it", tar().directory("evil")),
        sends("422 tar.unexpected", "a link beside it", tar().symlink("evil", "a.txt")),
        sends("422 tar.unexpected", "a link with another target", tar().symlink("b", "empty")),
        sends("422 tar.unexpected", "a file where a link is listed", tar().file("b", "hello")),
        sends("422 tar.unexpected", "a directory where a file is listed", tar().directory("a.txt")),
        sends("422 tar.unexpected", "a link where a file is listed", tar().symlink("a.txt", "b")),
        sends(
            "422 tar.unexpected",
            "a hard link beside it",
            tar().file("a.txt", "hello").hardlink("c", "a.txt")),
        sends("422 blob.digest", "other content of the same size", tar().file("a.txt", "HELLO")),
        sends("422 blob.size", "shorter content", tar().file("a.txt", "hell")),
        sends("422 blob.size", "longer content", tar().file("a.txt", "hello!")),
        sends(
            "422 path.duplicate",
            "a file twice",
            tar().file("a.txt", "hello").file("a.txt", "hello")),
        sends("422 link.hardlink", "a hard link to itself", tar().hardlink("a.txt", "a.txt")),
        sends(
            "422 link.hardlink",
            "a hard link to a link",
            tar().symlink("b", "a.txt").hardlink("a.txt", "b")),
        sends("422 path.traversal", "a path out of the release", tar().file("../a.txt", "hello")),
        sends("422 entry.special", "a device", tar().entry('3', "a.txt", "", "", _ -> {})),
        sends("413 limit.entries", "directories without end", directories),
        row(
            "422 blob.digest",
            "no content, with the digest of some",
            b -> {
              b.list = HEADER + FILE.replace(" 5 ", " 0 ");
              b.links = 0;
              b.bytes = 0;
              b.payload = tar().file("a.txt", "").end();
            }));
  }
}
