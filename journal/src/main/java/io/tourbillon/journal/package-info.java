/**
 * The Raft log on Chronicle Queue: append, force, truncate, recover, read, delete the prefix.
 *
 * <p>Durability is our own force of our own descriptor, never Chronicle's {@code sync}. Start at {@link io.tourbillon.journal.Journal};
 * the file format is drawn in the module's README and in the descriptors.
 */
package io.tourbillon.journal;
