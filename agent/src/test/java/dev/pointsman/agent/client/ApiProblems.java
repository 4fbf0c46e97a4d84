package dev.pointsman.agent.client;

import dev.pointsman.agent.http.Json;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.ProblemResource;
import org.jspecify.annotations.Nullable;

/** Problems as an agent answers them, for tests of who reads them. */
public final class ApiProblems {
  private ApiProblems() {}

  /** The problem with this code. */
  public static ApiProblem of(ErrorCode code, String detail, @Nullable String entry) {
    ProblemResource problem = ProblemResource.of(code, detail, entry);
    return new ApiProblem(problem, Json.text(problem));
  }
}
