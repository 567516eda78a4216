/**
 * The borders of consensus: what it drives ({@link io.tourbillon.consensus.StateMachine}), what feeds it
 * ({@link io.tourbillon.consensus.Ingress}) and the door it opens for that ({@link io.tourbillon.consensus.Admission}).
 * Knows neither keys nor sockets.
 */
package io.tourbillon.consensus;
