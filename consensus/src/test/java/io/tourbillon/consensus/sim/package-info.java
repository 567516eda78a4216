/**
 * A seeded simulator of whole clusters: the real Raft core, the real peer messages, a journal model that loses unforced records at a crash,
 * a state machine, clients, and weather. One thread, no clock: the seed decides everything. Start at
 * {@link io.tourbillon.consensus.sim.Simulation}; what a seed may draw is in {@link io.tourbillon.consensus.sim.Weather}, what must hold in
 * {@link io.tourbillon.consensus.sim.ClusterChecks} and {@link io.tourbillon.consensus.history.History}.
 */
package io.tourbillon.consensus.sim;
