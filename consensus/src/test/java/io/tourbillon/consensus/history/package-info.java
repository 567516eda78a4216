/**
 * Judges of what clients of a cluster saw, whoever ran it: {@link io.tourbillon.consensus.history.History} holds answers against the log,
 * {@link io.tourbillon.consensus.history.Registers} looks for an order that explains them without it, and
 * {@link io.tourbillon.consensus.history.WatchHistory} holds what a watcher was told against the log. They know neither a simulator nor a
 * node: moments are any numbers that grow.
 */
package io.tourbillon.consensus.history;
