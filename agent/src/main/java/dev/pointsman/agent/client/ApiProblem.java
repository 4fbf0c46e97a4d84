package dev.pointsman.agent.client;

import dev.pointsman.protocol.api.ProblemResource;

/** The agent answered with a problem: it refused, or it failed and said so. */
public final class ApiProblem extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient ProblemResource problem;
  private final String json;

  ApiProblem(ProblemResource problem, String json) {
    super(
        problem.code()
            + ": "
            + problem.detail()
            + (problem.entry() == null ? "" : " (" + problem.entry() + ")"));
    this.problem = problem;
    this.json = json;
  }

  /** What the agent said. */
  public ProblemResource problem() {
    return problem;
  }

  /** What the agent said, as it came. */
  public String json() {
    return json;
  }
}
