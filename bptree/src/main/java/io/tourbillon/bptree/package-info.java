/**
 * The off-heap, copy-on-write B+tree: its pages, its file, its checkpoints. It knows neither what keys mean nor Raft.
 * One writer thread changes the trees; a checkpoint thread writes what was frozen; see the module's README for the formats.
 */
package io.tourbillon.bptree;
