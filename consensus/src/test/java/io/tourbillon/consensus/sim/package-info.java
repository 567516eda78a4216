/**
 * A seeded simulator: one member, the real Raft core, a journal model that loses unforced writes at a crash, a state machine, clients.
 * One thread, no clock: the seed decides everything. Start at {@link io.tourbillon.consensus.sim.Simulation}.
 */
package io.tourbillon.consensus.sim;
