package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;

/** Looks at one thing. */
interface Check {
  /** What it found: at least one finding where the thing exists here at all. */
  List<Finding> look(Facts facts, HostConfig config);
}
