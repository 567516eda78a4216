package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.ReplyHeaderEncoder;

/** Fills the head that every answer and event begins with: etcd's ResponseHeader and the addressee. */
final class ReplyHead
{
    private final MvccHeader header;
    private final long memberId;
    private long raftTerm;

    ReplyHead(final MvccHeader header, final long memberId)
    {
        this.header = header;
        this.memberId = memberId;
        this.raftTerm = header.appliedTerm();
    }

    /** The term of the entry now being applied, or of the last one. */
    void raftTerm(final long term)
    {
        raftTerm = term;
    }

    void fill(final ReplyHeaderEncoder reply, final long sessionId, final long correlationId, final long revision)
    {
        reply.sessionId(sessionId)
            .correlationId(correlationId)
            .clusterId(header.clusterId())
            .memberId(memberId)
            .revision(revision)
            .raftTerm(raftTerm);
    }
}
