/**
 * Decides which worker of an app is replaced between deployments, and when: those that show no
 * life, fail their probes, use too much memory, or are too old.
 *
 * <p>Pure: values in, a decision out; the pool's caretaker asks and acts. At most one worker of an
 * app is replaced at a time, new before old, so that no capacity is lost. What replacing does not
 * help is tried ever more rarely: an outage that all workers share must not have all of them
 * restarted again and again.
 */
@NullMarked
package dev.pointsman.agent.upkeep;

import org.jspecify.annotations.NullMarked;
