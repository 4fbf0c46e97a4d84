/**
 * Who may release what: SSH signatures, the allowed signers, and the policy that counts them.
 *
 * <p>Pure: the time comes as an argument, keys and signatures as bytes. Cryptography is the JDK's
 * own.
 */
@NullMarked
package dev.pointsman.protocol.trust;

import org.jspecify.annotations.NullMarked;
