/**
 * Real node processes, each on a disk and in a network of its own, under whatever breaks them, and the judges of what their clients saw.
 * Start at {@link io.tourbillon.transport.aeron.nemesis.NemesisTest}.
 */
package io.tourbillon.transport.aeron.nemesis;
