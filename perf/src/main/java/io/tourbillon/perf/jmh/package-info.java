/** Micro-benchmarks of the parts; each checks its answers. */
package io.tourbillon.perf.jmh;
