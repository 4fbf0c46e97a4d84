/**
 * Power cuts and failing disks without either: a file system that writes down every effect of what
 * runs on it, and a pessimistic model of what of that is still there after a crash.
 *
 * <p>Knows nothing of releases: what is recorded, and what is required of every image, are the
 * caller's.
 */
package dev.pointsman.agent.crash;
