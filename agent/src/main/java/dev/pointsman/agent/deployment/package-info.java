/**
 * Moves an app from one generation to another, one worker at a time.
 *
 * <p>{@code DeploymentPlanner} decides, {@code DeploymentRunner} acts, and the journal is written
 * between the two; a deployment interrupted anywhere resumes by asking the planner again. At most
 * one deployment per app is in progress.
 */
@NullMarked
package dev.pointsman.agent.deployment;

import org.jspecify.annotations.NullMarked;
