/**
 * The built distribution, run as its users run it: the real agent, real Node workers, the real
 * command line, curl and ssh-keygen, and a client that counts every failed request.
 *
 * <p>Nothing here knows a class of the agent: what is read are its answers, exit codes and files.
 * {@link dev.pointsman.packaging.Hosts} starts hosts and guarantees that everything that was
 * started for a test has ended after it.
 */
package dev.pointsman.packaging;
