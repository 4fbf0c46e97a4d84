package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.config.ConfigInvalid;
import dev.pointsman.agent.http.Json;
import dev.pointsman.agent.http.TextTable;
import dev.pointsman.protocol.api.ProblemResource;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What a command prints when it cannot do what it was asked to: what, where, why, what next. */
final class Failures {
  private Failures() {}

  /** Prints {@code failure} and returns the exit code that goes with it. */
  static int report(Console console, boolean json, Exception failure) {
    return switch (failure) {
      case ApiProblem refused -> {
        problem(console, refused.problem());
        yield ifJson(console, json, refused.json(), ExitCode.REFUSED);
      }
      case Rejected refused -> {
        ProblemResource problem = ProblemResource.of(refused);
        problem(console, problem);
        yield ifJson(console, json, Json.text(problem), ExitCode.REFUSED);
      }
      case ConfigInvalid invalid -> {
        console.problem(String.valueOf(invalid.getMessage()));
        yield ExitCode.CONFIG;
      }
      case AgentUnreachable away -> {
        console.problem("pointsman: " + away.getMessage());
        yield ExitCode.UNREACHABLE;
      }
      case IOException fault -> {
        console.problem("pointsman: " + words(fault));
        yield ExitCode.IO;
      }
      case InterruptedException _ -> {
        console.problem("pointsman: interrupted");
        yield ExitCode.INTERRUPTED;
      }
      default -> {
        console.problem("pointsman: this is a bug, please report it: " + failure);
        for (StackTraceElement frame : failure.getStackTrace()) {
          console.problem("  at " + frame);
        }
        yield ExitCode.BUG;
      }
    };
  }

  private static int ifJson(Console console, boolean json, String text, int code) {
    if (json) {
      console.result(text);
    }
    return code;
  }

  private static void problem(Console console, ProblemResource problem) {
    console.problem("refused: " + TextTable.printable(problem.detail()));
    console.problem("  code:  " + problem.code());
    if (problem.entry() != null) {
      console.problem("  where: " + TextTable.printable(problem.entry()));
    }
    console.problem("  next:  " + TextTable.printable(problem.remedy()));
  }

  /** File exceptions of the JDK often have nothing but the file's name to say. */
  private static String words(IOException fault) {
    String message = String.valueOf(fault.getMessage());
    if (fault instanceof FileSystemException file && message.equals(file.getFile())) {
      return switch (fault) {
        case NoSuchFileException _ -> "there is no file " + message;
        case AccessDeniedException _ -> "not allowed to access " + message;
        default -> message + ": " + fault.getClass().getSimpleName();
      };
    }
    return message;
  }
}
