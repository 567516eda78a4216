/** Side-by-side runs: the same work on etcd and on us, interleaved, with the ratios. */
package io.tourbillon.perf.peers;
