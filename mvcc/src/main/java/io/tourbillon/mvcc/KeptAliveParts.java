package io.tourbillon.mvcc;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeasesKeptAliveEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/** Writes the parts of the answer to a renewal of many leases. One at a time: begin, add, send. Does not allocate. */
final class KeptAliveParts
{
    private static final int LENGTH_MAX = MessageHeaderEncoder.ENCODED_LENGTH + LeasesKeptAliveEncoder.BLOCK_LENGTH +
        LeasesKeptAliveEncoder.LeasesEncoder.HEADER_SIZE +
        Protocol.LEASES_KEPT_ALIVE_MAX * LeasesKeptAliveEncoder.LeasesEncoder.sbeBlockLength();

    private final Egress egress;
    private final ReplyHead head;
    private final MvccHeader header;
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH_MAX));
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final LeasesKeptAliveEncoder part = new LeasesKeptAliveEncoder();
    private LeasesKeptAliveEncoder.LeasesEncoder leases;
    private long sessionId;
    private int count;

    KeptAliveParts(final Egress egress, final ReplyHead head, final MvccHeader header)
    {
        this.egress = egress;
        this.head = head;
        this.header = header;
    }

    void begin(final long session, final long correlationId)
    {
        sessionId = session;
        count = 0;
        part.wrapAndApplyHeader(buffer, 0, messageHeader);
        head.fill(part.reply(), session, correlationId, header.revision());
        leases = part.leasesCount(Protocol.LEASES_KEPT_ALIVE_MAX);
    }

    /** @param code number of the error for which it was not renewed; 0 = it was, or is not there. */
    void add(final long leaseId, final long ttlMs, final int code)
    {
        leases.next().id(leaseId).ttlMs(ttlMs).code(code);
        count++;
    }

    /** An answer has a last part, also when nothing is in it. */
    void send(final boolean isLast)
    {
        if (count > 0 || isLast)
        {
            leases.resetCountToIndex();
            part.flags().clear().last(isLast);
            egress.reply(sessionId, buffer, 0, part.limit());
        }
    }
}
