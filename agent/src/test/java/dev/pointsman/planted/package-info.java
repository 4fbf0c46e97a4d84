/**
 * Violations of the rules of the house, planted so that each rule can be seen to fail, and a few
 * lawful neighbours that no rule may complain about. Nothing here is ever run.
 */
@NullMarked
package dev.pointsman.planted;

import org.jspecify.annotations.NullMarked;
