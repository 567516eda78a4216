/**
 * The Disruptor ring and the agents round it: sequence, journal, apply, and the background work. Start at
 * {@link io.tourbillon.consensus.pipeline.Pipeline}; the rules of the ring are in the module's README.
 */
package io.tourbillon.consensus.pipeline;
