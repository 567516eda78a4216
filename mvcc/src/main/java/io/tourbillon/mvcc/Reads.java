package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import org.agrona.DirectBuffer;

import java.util.function.Supplier;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** The reads under way: a bounded number, each given a turn in every duty cycle until it is answered. */
final class Reads
{
    private static final int RANGES_PER_TXN = 4;

    private final MvccHeader header;
    private final Replies replies;
    private final int keysPerSlice;
    private final RangeRead[] ranges;
    private final TxnRead[] txns;
    private final Supplier<RangeRead> newRange;
    private final Supplier<TxnRead> newTxn;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final RangeRequestDecoder request = new RangeRequestDecoder();
    private final RangeQuery query = new RangeQuery();
    private int activeCount;
    private int turn;

    Reads(
        final MvccHeader header,
        final Replies replies,
        final MvccSettings settings,
        final Supplier<RangeRead> newRange,
        final Supplier<TxnRead> newTxn)
    {
        this.header = header;
        this.replies = replies;
        this.newRange = newRange;
        this.newTxn = newTxn;
        keysPerSlice = settings.keysPerSlice();
        ranges = new RangeRead[settings.scans()];
        txns = new TxnRead[Math.max(1, settings.scans() / RANGES_PER_TXN)];
    }

    int activeCount()
    {
        return activeCount;
    }

    void onRange(final long sessionId, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        request.wrapAndApplyHeader(buffer, offset, messageHeader);
        query.read(request, buffer);
        int result = query.check();
        result = result == SOUND ? query.checkRevision(header.revision(), header.compactRevision()) : result;
        final RangeRead read = result == SOUND ? freeRange() : null;
        if (read == null)
        {
            replies.error(sessionId, correlationId, result == SOUND ? ErrorCode.TOO_MANY_SCANS.number() : result);
            return;
        }
        read.begin(sessionId, correlationId);
        activeCount++;
        read.start(query, header.revision());
        step(read);
    }

    void onTxn(final long sessionId, final long correlationId, final DirectBuffer buffer, final int offset, final int length)
    {
        final TxnRead read = freeTxn();
        if (read == null)
        {
            replies.error(sessionId, correlationId, ErrorCode.TOO_MANY_SCANS.number());
            return;
        }
        read.begin(sessionId, correlationId);
        activeCount++;
        final int result = read.start(buffer, offset, length, header.revision());
        if (result == SOUND)
        {
            step(read);
        }
        else
        {
            replies.error(sessionId, correlationId, result);
            end(read);
        }
    }

    private RangeRead freeRange()
    {
        for (int i = 0; i < ranges.length; i++)
        {
            if (ranges[i] == null)
            {
                ranges[i] = newRange.get();
            }
            if (!ranges[i].isActive())
            {
                return ranges[i];
            }
        }
        return null;
    }

    private TxnRead freeTxn()
    {
        for (int i = 0; i < txns.length; i++)
        {
            if (txns[i] == null)
            {
                txns[i] = newTxn.get();
            }
            if (!txns[i].isActive())
            {
                return txns[i];
            }
        }
        return null;
    }

    /** Gives one read a turn. Count of work done. */
    int doWork()
    {
        if (activeCount == 0)
        {
            return 0;
        }
        final int slotCount = ranges.length + txns.length;
        for (int i = 0; i < slotCount; i++)
        {
            turn = turn + 1 >= slotCount ? 0 : turn + 1;
            final LongRead read = turn < ranges.length ? ranges[turn] : txns[turn - ranges.length];
            if (read != null && read.isActive())
            {
                step(read);
                return 1;
            }
        }
        return 0;
    }

    private void step(final LongRead read)
    {
        if (read.lowestRevision() < header.compactRevision())
        {
            replies.error(read.sessionId(), read.correlationId(), ErrorCode.COMPACTED.number());
            end(read);
        }
        else if (read.step(keysPerSlice))
        {
            end(read);
        }
    }

    private void end(final LongRead read)
    {
        read.end();
        activeCount--;
    }

    void onSessionClosed(final long sessionId)
    {
        endAll(ranges, sessionId);
        endAll(txns, sessionId);
    }

    private void endAll(final LongRead[] reads, final long sessionId)
    {
        for (final LongRead read : reads)
        {
            if (read != null && read.isActive() && read.sessionId() == sessionId)
            {
                end(read);
            }
        }
    }
}
