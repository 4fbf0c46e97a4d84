/** Start and stop of the agent: the entry point and the one place where everything is wired. */
@NullMarked
package dev.pointsman.agent;

import org.jspecify.annotations.NullMarked;
