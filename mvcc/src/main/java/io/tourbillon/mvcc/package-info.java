/**
 * The state machine: revisions, keys, transactions, compaction and watches over a {@link io.tourbillon.bptree.TreeStore}, with etcd's
 * meaning. It has no clock, no thread and no I/O of its own: entries and reads come in by {@link io.tourbillon.mvcc.Mvcc}, what must be
 * said goes out by {@link io.tourbillon.mvcc.Egress}. The same entries in the same order make the same state on every member.
 */
package io.tourbillon.mvcc;
