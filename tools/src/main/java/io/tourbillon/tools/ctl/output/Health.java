package io.tourbillon.tools.ctl.output;

/**
 * Whether a node answers a linearizable read.
 *
 * @param endpoint asked.
 * @param tookNs   until the answer, or until it was given up.
 * @param error    why there was none; empty = it is healthy.
 */
public record Health(String endpoint, long tookNs, String error)
{
    /** @return true if it answered. */
    public boolean isHealthy()
    {
        return error.isEmpty();
    }

    /** As etcdctl says it. */
    String took()
    {
        return GoText.duration(tookNs);
    }
}
