package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.ReplyHeaderDecoder;

/**
 * What the node has said of itself in the head of its last message about watches: within a callback about watches, that of the message it
 * came in. Only on the thread that polls; does not allocate.
 */
public final class LastHead
{
    private long clusterId;
    private long memberId;
    private long raftTerm;
    private long revision;

    LastHead()
    {
    }

    void take(final ReplyHeaderDecoder head)
    {
        clusterId = head.clusterId();
        memberId = head.memberId();
        raftTerm = head.raftTerm();
        revision = head.revision();
    }

    /** @return the cluster; 0 = nothing was said yet. */
    public long clusterId()
    {
        return clusterId;
    }

    /** @return the member; 0 = nothing was said yet. */
    public long memberId()
    {
        return memberId;
    }

    /** @return the member's term; 0 = nothing was said yet. */
    public long raftTerm()
    {
        return raftTerm;
    }

    /** @return the revision that the message names; 0 = nothing was said yet. */
    public long revision()
    {
        return revision;
    }
}
