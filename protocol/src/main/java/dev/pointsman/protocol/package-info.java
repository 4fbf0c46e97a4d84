/** The public contract of pointsman as a small library; its packages hold one subject each. */
@NullMarked
package dev.pointsman.protocol;

import org.jspecify.annotations.NullMarked;
