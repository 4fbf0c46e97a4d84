/**
 * A cgroup v2 for each worker, where the service manager has delegated a subtree to the agent.
 *
 * <p>Nothing outside the delegated directory is touched, and without one there is simply none of
 * this. Any thread; all calls are short writes and reads of the kernel's files.
 */
@NullMarked
package dev.pointsman.agent.cgroup;

import org.jspecify.annotations.NullMarked;
