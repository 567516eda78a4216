package io.tourbillon.perf.echo;

import io.tourbillon.perf.LatencyRecord;

import java.io.PrintStream;
import java.util.Locale;

/**
 * What one echo gave.
 *
 * @param config     it was run with.
 * @param latencies  round trips.
 * @param lostCount  requests without a reply.
 * @param wrongCount replies that were not the expected ones.
 */
record EchoResult(EchoConfig config, LatencyRecord latencies, long lostCount, long wrongCount)
{
    boolean isVoid()
    {
        return lostCount != 0 || wrongCount != 0 || latencies.count() == 0;
    }

    void print(final PrintStream out)
    {
        out.printf(Locale.ROOT, "echo %s, %d B there, %d B back, %d in flight, %s: %.0f/s%n",
            config.isIpc() ? "ipc" : "udp", config.requestLength(), config.replyLength(), config.window(),
            config.isBusy() ? "busy" : "backoff", latencies.count() * 1e9 / config.durationNs());
        latencies.print(out);
        if (isVoid())
        {
            out.printf(Locale.ROOT, "VOID: %d replies lost, %d wrong, %d measured%n", lostCount, wrongCount, latencies.count());
        }
    }
}
