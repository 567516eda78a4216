package io.tourbillon.perf.load;

import io.tourbillon.perf.ProcessUsage;

/**
 * Counters of server and driver at one moment of a run.
 *
 * @param nowNs  when.
 * @param puts   acknowledged in the run so far.
 * @param gets   answered in the run so far.
 * @param events seen in the run so far.
 * @param status of the server.
 * @param server usage of its process.
 * @param driver usage of this process.
 */
record Meter(long nowNs, long puts, long gets, long events, ServerStatus status, ProcessUsage server, ProcessUsage driver)
{
}
