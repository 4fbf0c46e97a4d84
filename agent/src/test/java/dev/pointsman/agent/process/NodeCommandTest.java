package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeCommandTest {
  @TempDir Path temporary;
  private Path release;

  @BeforeEach
  void makeRelease() throws IOException {
    release = Files.createDirectory(temporary.resolve("release")).toRealPath();
  }

  @Test
  void leavesEveryOtherCommandAsItIs() throws Exception {
    List<String> command = List.of("gunicorn", "app:app", "--", "npm");

    assertThat(NodeCommand.resolve(command, release, release))
        .isEqualTo(new NodeCommand(command, Map.of()));
  }

  private boolean runsNode(String... command) {
    return new NodeCommand(List.of(command), Map.of()).runsNode(release, null);
  }

  @Test
  void knowsNodeByItsName() {
    assertThat(runsNode("node", "main.js")).isTrue();
    assertThat(runsNode("/opt/node-22/bin/node", "main.js")).isTrue();
    assertThat(runsNode("nodejs", "main.js")).isTrue();
    assertThat(runsNode("node22", "main.js")).isTrue();
    assertThat(runsNode("python3", "app.py")).isFalse();
    assertThat(runsNode("nodemon", "main.js")).isFalse();
    assertThat(runsNode("sh", "-c", "node main.js")).as("what a shell does is its own").isFalse();
  }

  @Test
  void knowsAScriptThatAsksForNode() throws Exception {
    for (String script : List.of("node", "python3")) {
      Path file = Files.writeString(release.resolve(script + "-app"), "#!/usr/bin/env " + script);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    assertThat(runsNode("./node-app")).isTrue();
    assertThat(runsNode("./python3-app")).isFalse();
    assertThat(runsNode("./no-app")).isFalse();
  }

  @Nested
  class Scripts {
    @Test
    void areRunWithoutTheirPackageManager() throws Exception {
      scripts(
          "start", "node --enable-source-maps dist/main.js", "serve:prod", "node \"my app.js\"");
      List<String> start = List.of("node", "--enable-source-maps", "dist/main.js");

      assertThat(command("npm", "start")).isEqualTo(start);
      assertThat(command("/usr/bin/npm", "--silent", "run", "start")).isEqualTo(start);
      assertThat(command("npm", "run", "-s", "start")).isEqualTo(start);
      assertThat(command("yarn", "start")).isEqualTo(start);
      assertThat(command("pnpm", "run", "start")).isEqualTo(start);
      assertThat(command("yarn", "serve:prod")).containsExactly("node", "my app.js");
      assertThat(command("npm", "start", "--", "--port", "80"))
          .containsExactly("node", "--enable-source-maps", "dist/main.js", "--port", "80");
    }

    @Test
    void maySetVariablesInFront() throws Exception {
      scripts(
          "start", "NODE_ENV=production EMPTY= node main.js A=b", "cross", "cross-env A=1 node x");

      assertThat(NodeCommand.resolve(List.of("npm", "start"), release, release))
          .isEqualTo(
              new NodeCommand(
                  List.of("node", "main.js", "A=b"),
                  Map.of("NODE_ENV", "production", "EMPTY", "")));
      assertThat(NodeCommand.resolve(List.of("npm", "run", "cross"), release, release))
          .isEqualTo(new NodeCommand(List.of("node", "x"), Map.of("A", "1")));
    }

    @Test
    void startHasADefaultAsWithNpm() throws Exception {
      scripts("test", "true");
      Files.writeString(release.resolve("server.js"), "");

      assertThat(command("npm", "start")).containsExactly("node", "server.js");
    }

    @Test
    void comeToWhatThePackageManagerItselfWouldRun() throws Exception {
      scripts("start", "GREETING='two words' node print.js --a \"b c\" d\\ e");
      Files.writeString(
          release.resolve("print.js"),
          "console.log('ARGV ' + JSON.stringify([process.argv.slice(2), process.env.GREETING]))");
      NodeCommand resolved =
          NodeCommand.resolve(List.of("npm", "start", "--", "last one"), release, release);

      String direct = argv(resolved.command(), resolved.environment());

      assertThat(direct).isEqualTo("ARGV [[\"--a\",\"b c\",\"d e\",\"last one\"],\"two words\"]");
      assertThat(argv(List.of("npm", "start", "--", "last one"), Map.of())).isEqualTo(direct);
    }

    @Test
    void areRefusedWhereTheyNeedMoreThanNode() throws Exception {
      scripts(
          "chain", "node build.js && node main.js",
          "build", "tsc -p .",
          "watch", "nodemon main.js",
          "pm2", "NODE_ENV=production pm2-runtime start eco.config.js",
          "blank", "A=b",
          "hooked", "node main.js",
          "prehooked", "node migrate.js");

      assertThat(refusal("npm", "run", "chain"))
          .isEqualTo(
              ("script 'chain' in %s/package.json needs a shell: 'node build.js && node main.js'."
                      .formatted(release))
                  + " Only 'node FILE ARGUMENTS', or a node program of node_modules, can be run"
                  + " without its package manager: name such a command");
      assertThat(refusal("npm", "run", "build")).contains("is no plain node command: 'tsc -p .'");
      assertThat(refusal("npm", "run", "watch"))
          .contains("nodemon starts the app as a child of its own");
      assertThat(refusal("npm", "run", "pm2")).contains("that pm2-runtime would run");
      assertThat(refusal("npm", "run", "blank")).contains("runs nothing");
      assertThat(refusal("npm", "run", "hooked")).contains("wants 'prehooked' to run before it");
      assertThat(refusal("npm", "run", "absent")).contains("there is no script 'absent'");
    }

    @Test
    void areRefusedWhereNoneIsNamed() throws Exception {
      scripts("start", "node main.js");

      assertThat(refusal("npm")).contains("'npm' names no script: write 'npm start'");
      assertThat(refusal("npm", "install")).contains("'npm install' names no script");
      assertThat(refusal("yarn", "run")).contains("names no script");
      assertThat(refusal("pnpm", "--filter", "web", "start")).contains("names no script");
      assertThat(refusal("pm2", "start", "x")).contains("pm2 starts the app as a child");
    }

    @Test
    void areRefusedWithoutAReadableDescription() throws Exception {
      assertThat(refusal("npm", "start"))
          .isEqualTo(
              "'npm start': there is no package.json in %s; correct 'working_directory'"
                  .formatted(release));
      Files.writeString(release.resolve("package.json"), "{\"scripts\": ");
      assertThat(refusal("npm", "start")).contains("package.json is not JSON");
    }
  }

  @Nested
  class InstalledPrograms {
    @Test
    void areRunByNodeItself() throws Exception {
      Path file = install("next", "dist/bin/next", "#!/usr/bin/env node\n");
      scripts("start", "next start -p 3000");

      List<String> expected = List.of("node", file.toString(), "start", "-p", "3000");
      assertThat(command("npm", "start")).isEqualTo(expected);
      assertThat(command("npx", "next", "start", "-p", "3000")).isEqualTo(expected);
      assertThat(command("npx", "--no-install", "next", "start", "-p", "3000")).isEqualTo(expected);
      assertThat(command("yarn", "next", "start", "-p", "3000")).isEqualTo(expected);
    }

    @Test
    void keepTheOptionsOfTheirFirstLine() throws Exception {
      Path file = install("srv", "cli.js", "#!/usr/bin/env -S node --no-warnings\n");

      assertThat(command("npx", "srv", "x"))
          .containsExactly("node", "--no-warnings", file.toString(), "x");
    }

    @Test
    void areFoundBehindPnpmsShellScripts() throws Exception {
      Path file = install("http-server", "bin/http-server", "#!/usr/bin/env node\n");
      Path shim = release.resolve("node_modules/.bin/http-server");
      Files.delete(shim);
      Files.writeString(shim, "#!/bin/sh\nexec node \"$basedir/../x\" \"$@\"\n");
      Files.writeString(
          release.resolve("node_modules/http-server/package.json"),
          "{\"name\": \"http-server\", \"bin\": {\"http-server\": \"./bin/http-server\"}}");

      assertThat(command("npx", "http-server")).containsExactly("node", file.toString());
    }

    @Test
    void areFoundAboveTheWorkingDirectoryButNotOutsideTheRelease() throws Exception {
      Path file = install("next", "dist/bin/next", "#!/usr/bin/env node\n");
      Path web = Files.createDirectories(release.resolve("apps/web"));

      assertThat(NodeCommand.resolve(List.of("npx", "next"), web, release).command())
          .containsExactly("node", file.toString());
      assertThat(refusal(() -> NodeCommand.resolve(List.of("npx", "next"), web, web)))
          .contains("the release has no node program 'next'");
    }

    @Test
    void areRefusedWhereTheyLieOutsideTheRelease() throws Exception {
      Path outside = Files.writeString(temporary.resolve("evil"), "#!/usr/bin/env node\n");
      Path bin = Files.createDirectories(release.resolve("node_modules/.bin"));
      Files.createSymbolicLink(bin.resolve("evil"), outside);

      assertThat(refusal("npx", "evil")).contains("the release has no node program 'evil'");
      assertThat(refusal("npx", "../../evil")).contains("has no node program");
    }

    @Test
    void areRefusedWhereTheyAreNotOfNode() throws Exception {
      install("native", "native", "\u007fELF");

      assertThat(refusal("npx", "native")).contains("has no node program 'native'");
      assertThat(refusal("npx", "absent@1")).contains("nothing is downloaded here");
      assertThat(refusal("npx", "nodemon")).contains("nodemon starts the app as a child");
      assertThat(refusal("npx")).contains("names no program");
    }
  }

  private void scripts(String... namesAndLines) throws IOException {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < namesAndLines.length; i += 2) {
      members.add(
          "\"%s\": \"%s\""
              .formatted(
                  namesAndLines[i],
                  namesAndLines[i + 1].replace("\\", "\\\\").replace("\"", "\\\"")));
    }
    Files.writeString(
        release.resolve("package.json"),
        "{\"name\": \"web\", \"version\": \"1.0.0\", \"private\": true, \"scripts\": {%s}}\n"
            .formatted(String.join(", ", members)));
  }

  /** As npm installs: the file in its package, and a link to it in {@code .bin}. */
  private Path install(String name, String program, String content) throws IOException {
    Path file = release.resolve("node_modules").resolve(name).resolve(program);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Path bin = Files.createDirectories(release.resolve("node_modules/.bin"));
    Files.createSymbolicLink(bin.resolve(name), bin.relativize(file));
    return file;
  }

  private List<String> command(String... words) throws Exception {
    return NodeCommand.resolve(List.of(words), release, release).command();
  }

  private String refusal(String... words) {
    return refusal(() -> command(words));
  }

  private static String refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    Rejected rejected = catchThrowableOfType(Rejected.class, call);
    assertThat(rejected).isNotNull();
    assertThat(rejected.code()).isEqualTo(ErrorCode.COMMAND_INVALID);
    return rejected.detail();
  }

  private String argv(List<String> command, Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(release.toFile());
    builder.environment().putAll(environment);
    builder.environment().put("npm_config_cache", temporary.resolve("cache").toString());
    builder.environment().put("npm_config_update_notifier", "false");
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output.lines().filter(line -> line.startsWith("ARGV ")).findFirst().orElse(output);
  }
}
