/**
 * The Raft core: pure and deterministic. Time, messages, the log and the election time-outs come in as arguments, what is to be done goes
 * out through {@link io.tourbillon.consensus.raft.RaftEffects}. No clock, thread, file, socket, random source or logger.
 */
package io.tourbillon.consensus.raft;
