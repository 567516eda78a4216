/**
 * What every measurement here shares: the key space and its checks, latency records, the machine's facts, counters of processes, child
 * processes that always end.
 */
package io.tourbillon.perf;
