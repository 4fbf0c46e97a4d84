/**
 * What on this host would hurt: a list of checks, each of which looks at a few facts and says what
 * it found, why that matters and what to do. It only looks; it needs no running agent, and uses the
 * caller's thread.
 */
@NullMarked
package dev.pointsman.agent.doctor;

import org.jspecify.annotations.NullMarked;
