package dev.pointsman.agent.intake;

import static dev.pointsman.agent.intake.TarBytes.put;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Archives with paths, links and types that lead somewhere else than into the release. */
final class PathAttacks {
  private PathAttacks() {}

  private static TarBytes tar() {
    return new TarBytes();
  }

  private static ArchiveAttack row(String code, String what, TarBytes tar) {
    return new ArchiveAttack(code, what, tar.end());
  }

  private static TarBytes special(char type) {
    return tar().entry(type, "dev", "", "", _ -> {});
  }

  private static TarBytes named(String name) {
    return tar().file(name, "x");
  }

  private static TarBytes bent(int offset, String bytes) {
    Consumer<byte[]> bend =
        header -> put(header, offset, bytes.getBytes(StandardCharsets.ISO_8859_1));
    return tar().entry('0', "a.txt", "", "hello", bend);
  }

  static Stream<ArchiveAttack> pathsAndTypes() {
    return Stream.of(
        row("path.traversal", "parent", named("../evil")),
        row("path.traversal", "parent further in", named("a/../../evil")),
        row("path.traversal", "dot", named("a/./b")),
        row("path.traversal", "dot as file", named(".")),
        row("path.absolute", "absolute", named("/tmp/evil")),
        row("path.absolute", "two slashes", named("//x")),
        row("path.absolute", "absolute after ./", named(".//x")),
        row("path.char", "backslashes", named("..\\..\\evil")),
        row("path.char", "drive", named("C:\\x")),
        row(
            "link.absolute",
            "link to /tmp, then a file in it",
            tar().symlink("d", "/tmp").file("d/evil", "x")),
        row(
            "path.duplicate",
            "directory, then link of its name, then a file in it",
            tar().directory("d/").symlink("d", "sub").file("d/evil", "x")),
        row(
            "path.not-a-directory",
            "file in a link that stays inside",
            tar().directory("sub").symlink("d", "sub").file("d/f", "x")),
        row("link.escape", "link out", tar().symlink("d", "../..")),
        row("link.escape", "link out from below", tar().directory("p").symlink("p/d", "../../x")),
        row(
            "link.form",
            "link through a link",
            tar().symlink("p/q/r/d", "../../..").symlink("e", "p/q/r/d/../../x")),
        row(
            "link.form",
            "link through a link, in the right form",
            tar().file("t/x/f", "x").symlink("d", "t").symlink("e", "d/x")),
        row("link.loop", "circle", tar().symlink("a", "b").symlink("b", "a")),
        row("link.loop", "link to itself", tar().symlink("a", "a")),
        row("link.dangling", "link to nothing", tar().symlink("a", "b")),
        row("path.absolute", "hard link to /etc/passwd", tar().hardlink("a", "/etc/passwd")),
        row("path.traversal", "hard link out", tar().hardlink("a", "../../conf/allowed_signers")),
        row("link.hardlink", "hard link to a later file", tar().hardlink("a", "b").file("b", "x")),
        row("link.hardlink", "hard link to nothing", tar().hardlink("a", "b")),
        row("link.hardlink", "hard link to itself", tar().hardlink("a", "a")),
        row(
            "link.hardlink",
            "hard link to a link",
            tar().file("f", "x").symlink("l", "f").hardlink("a", "l")),
        row("entry.special", "character device", special('3')),
        row("entry.special", "block device", special('4')),
        row("entry.special", "pipe", special('6')),
        row("entry.mode", "setuid", bent(100, "0004755\0")),
        row("entry.mode", "setgid", bent(100, "0002755\0")),
        row("entry.mode", "sticky", bent(100, "0001644\0")),
        row("entry.type", "contiguous", special('7')),
        row("entry.type", "multi-volume", special('M')),
        row("entry.type", "dump directory", special('D')),
        row("entry.type", "unknown", special('Z')),
        row("path.char", "NUL in a pax path", tar().pax('x', "path=a\0b").file("a", "x")),
        row("path.char", "NUL in a long name", tar().longName('L', "a\0b").file("a", "x")),
        row("path.char", "line feed", named("a\nb")),
        row("path.char", "escape", named("a\u001b[2J")),
        row("path.char", "carriage return", named("a\rb")),
        row("path.encoding", "no UTF-8", named("a\u00ff")),
        row("path.encoding", "overlong slash", named("a\u00c0\u00afb")),
        row("path.encoding", "surrogate", named("a\u00ed\u00a0\u0080")),
        row("path.char", "text direction", named("a\u00e2\u0080\u00aeb")),
        row(
            "path.component",
            "long part",
            tar().pax('x', "path=" + "x".repeat(300)).file("a", "x")),
        row(
            "path.too-long",
            "long path",
            tar()
                .pax(
                    'x',
                    "path="
                        + "x/".repeat(40)
                        + "y".repeat(200)
                        + "/"
                        + ("z".repeat(200) + "/").repeat(4)
                        + "f")
                .file("a", "x")),
        row(
            "path.too-deep",
            "deep path",
            tar().pax('x', "path=" + "d/".repeat(70) + "f").file("a", "x")),
        row("path.duplicate", "file twice", named("a").file("a", "y")),
        row("path.duplicate", "file, then directory", named("a").directory("a")),
        row("path.duplicate", "directory, then file", tar().directory("a").file("a", "x")),
        row("path.not-a-directory", "file as parent", named("a").file("a/b", "x")),
        row("path.component", "no name", named("")),
        row("path.component", "no name after ./", named("./")),
        row("path.component", "two slashes inside", named("a//b")),
        row("path.component", "file with a slash at its end", named("weird/")),
        row(
            "path.collision",
            "two forms of one name",
            named("caf\u00c3\u00a9").file("cafe\u00cc\u0081", "x")),
        row("path.reserved", "the agent's name", named(".pointsman/seal")),
        row("path.reserved", "the agent's directory", tar().directory(".pointsman/")));
  }

  /** Cases beyond the table of the specification. */
  static Stream<ArchiveAttack> morePathsAndTypes() {
    return Stream.of(
        row("link.hardlink", "hard link to a directory", tar().directory("d").hardlink("a", "d")),
        row(
            "link.hardlink",
            "hard link to the root",
            tar().file("f", "x").hardlink("a", ".pointsman-not")),
        row(
            "link.hardlink",
            "hard link to a hard link that is later",
            tar().file("f", "x").hardlink("a", "b").hardlink("b", "f")),
        row("path.traversal", "hard link to the directory above", tar().hardlink("a", "..")),
        row("path.component", "hard link to nothing at all", tar().hardlink("a", "")),
        row("path.component", "hard link with a slash at the end", named("f").hardlink("a", "f/")),
        row(
            "path.component",
            "pax path with a slash at its end, for a file",
            tar().pax('x', "path=weird/").file("a", "x")),
        row(
            "path.duplicate",
            "directory with and without a slash, then a file",
            tar().directory("d/").file("d", "x")),
        row("path.component", "directory with two slashes at its end", tar().directory("d//")),
        row("path.absolute", "directory that is the system's root", tar().directory("/")),
        row("path.traversal", "directory that is the one above", tar().directory("../")),
        row("path.absolute", "empty name and a prefix", bent(345, "/etc")),
        row("path.traversal", "parent in the prefix", bent(345, "..")),
        row("path.component", "prefix with a slash at its end", bent(345, "p/")),
        row("path.duplicate", "same path by prefix and by name", sameByPrefix()),
        row(
            "path.char",
            "NUL in a pax link target",
            tar().file("t", "x").pax('x', "linkpath=t\0/../../x").symlink("l", "t")),
        row(
            "path.char",
            "NUL in a long link target",
            tar().file("t", "x").longName('K', "t\0x").symlink("l", "t")),
        row("path.char", "tab in a link target", named("a").symlink("l", "a\tb")),
        row("path.char", "line feed in a link target", tar().symlink("l", "a\nb")),
        row("path.encoding", "link target that is no UTF-8", tar().symlink("l", "a\u00ff")),
        row("link.form", "link with a slash at its end", tar().directory("d").symlink("l", "d/")),
        row("link.form", "link to a dot", tar().symlink("l", ".")),
        row("link.form", "link with a dot inside", named("f").symlink("l", "./f")),
        row("link.form", "link to its own directory", tar().directory("p").symlink("p/l", "..")),
        row("link.form", "link without a target", tar().symlink("l", "")),
        row(
            "path.not-a-directory",
            "path below a link, the link last",
            tar().directory("t").symlink("d", "t").directory("d/e")),
        row(
            "path.duplicate",
            "link where a directory follows from a path",
            tar().file("d/f", "x").symlink("d", "t")),
        row("link.loop", "nine links in a row", chain(9)),
        row("link.dangling", "link to another case of the name", named("A").symlink("l", "a")),
        row(
            "path.collision",
            "Kelvin sign and what it is composed to",
            named("\u00e2\u0084\u00aa").file("K", "x")),
        row(
            "path.collision",
            "Angstrom sign and the letter",
            named("\u00e2\u0084\u00ab").file("\u00c3\u0085", "x")),
        row(
            "path.collision",
            "two forms of a directory",
            named("caf\u00c3\u00a9/a").file("cafe\u00cc\u0081/b", "x")),
        row("path.char", "byte order mark", named("\u00ef\u00bb\u00bfa")),
        row("path.char", "isolate", named("a\u00e2\u0081\u00a6b")),
        row("path.char", "C1 control", named("a\u00c2\u0085b")),
        row("path.char", "DEL", named("a\u007f")),
        row("path.reserved", "the agent's name as a link", named("f").symlink(".pointsman", "f")),
        row(
            "path.reserved",
            "the agent's name as a hard link",
            named("f").hardlink(".pointsman", "f")),
        row("path.component", "component of 256 bytes", component(256)),
        row(
            "path.too-deep",
            "65 parts",
            tar().pax('x', "path=" + "d/".repeat(64) + "f").file("a", "x")),
        row("path.too-long", "1,025 bytes", tar().pax('x', "path=" + path(1_025)).file("a", "x")),
        row(
            "path.too-long",
            "link target of 1,025 bytes",
            tar().pax('x', "linkpath=" + path(1_025)).symlink("l", "t")),
        row("entry.mode", "setuid on a hard link's file", bent(100, "0006755\0")),
        row("entry.type", "type of spaces", special(' ')),
        row("entry.type", "Solaris extended header", special('X')),
        row("entry.type", "GNU volume label", special('V')),
        row("entry.type", "GNU long name of an old kind", special('N')));
  }

  private static TarBytes sameByPrefix() {
    return tar()
        .file("p/a", "x")
        .entry('0', "a", "", "x", header -> put(header, 345, new byte[] {'p'}));
  }

  private static TarBytes chain(int links) {
    TarBytes tar = named("l0");
    for (int i = 1; i <= links; i++) {
      tar.symlink("l" + i, "l" + (i - 1));
    }
    return tar;
  }

  private static TarBytes component(int bytes) {
    return tar().pax('x', "path=" + "x".repeat(bytes)).file("a", "x");
  }

  private static String path(int bytes) {
    String parts = ("y".repeat(99) + "/").repeat(bytes / 100);
    return parts + "z".repeat(bytes - parts.length());
  }
}
