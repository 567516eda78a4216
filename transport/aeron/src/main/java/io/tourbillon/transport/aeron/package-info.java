/**
 * The server ends on Aeron and the assembly of one node: settings, embedded media driver, ingress on the sequencer's thread, egress on the
 * apply thread, and the adapter between consensus and mvcc. Start at {@link io.tourbillon.transport.aeron.Node}.
 */
package io.tourbillon.transport.aeron;
