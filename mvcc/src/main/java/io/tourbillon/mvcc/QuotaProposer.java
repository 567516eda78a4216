package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.MessageHeaderEncoder;
import io.tourbillon.codecs.record.QuotaSetEncoder;
import org.agrona.MutableDirectBuffer;

/** Brings the leader's own setting of the quota into the log, where it is another than the one there. Apply thread; does not allocate. */
final class QuotaProposer
{
    /** What a proposal that was lost waits before it is made again. */
    private static final long RETRY_NS = 1_000_000_000L;

    private final MvccHeader header;
    private final long wantedBytes;
    private final QuotaSetEncoder quotaSet = new QuotaSetEncoder();
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private boolean isSaid;
    private long saidNs;

    QuotaProposer(final MvccHeader header, final long wantedBytes)
    {
        this.header = header;
        this.wantedBytes = wantedBytes;
    }

    /** This member leads in another term than before. */
    void onLeader()
    {
        isSaid = false;
    }

    /** Of a leader: length of the message that is to be proposed now; 0 = none. */
    int proposal(final MutableDirectBuffer target, final long nowNs)
    {
        if (header.quotaBytes() == wantedBytes || isSaid && nowNs - saidNs < RETRY_NS)
        {
            return 0;
        }
        isSaid = true;
        saidNs = nowNs;
        quotaSet.wrapAndApplyHeader(target, 0, messageHeader).quotaBytes(wantedBytes);
        return quotaSet.limit();
    }
}
