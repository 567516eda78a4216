package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PaddedLong;
import io.tourbillon.consensus.pipeline.PipelineCounters;

/** What goes into the head of every answer, for both threads that answer. */
final class NodeFacts
{
    private final long clusterId;
    private final long memberId;
    private final PipelineCounters counters;
    private final PaddedLong revision = new PaddedLong();

    NodeFacts(final Identity identity, final PipelineCounters counters)
    {
        this.clusterId = identity.clusterId();
        this.memberId = identity.memberId();
        this.counters = counters;
    }

    long clusterId()
    {
        return clusterId;
    }

    long memberId()
    {
        return memberId;
    }

    long term()
    {
        return counters.term.getAcquire();
    }

    long leaderId()
    {
        return counters.leaderId.getAcquire();
    }

    /** @return the store's revision, perhaps a moment old. */
    long revision()
    {
        return revision.getAcquire();
    }

    /** Apply. */
    void revision(final long value)
    {
        if (value != revision.getPlain())
        {
            revision.setRelease(value);
        }
    }
}
