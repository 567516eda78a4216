/** {@code perf/bin/store}: what the store costs in bytes and in stalls; one small class a scenario, each of which checks what it read. */
package io.tourbillon.perf.store;
