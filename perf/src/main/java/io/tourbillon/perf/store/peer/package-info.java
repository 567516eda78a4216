/** The B+tree beside LMDB, MVStore and the JDK's sorted maps: the same entries and operations, each store in JVMs of its own, in turns. */
package io.tourbillon.perf.store.peer;
