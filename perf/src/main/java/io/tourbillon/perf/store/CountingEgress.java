package io.tourbillon.perf.store;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.jmh.Wrong;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;

/** Takes all that the state machine says, counts it, and looks into the one value that is expected. */
final class CountingEgress implements Egress
{
    private final KeySpace keySpace;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final RangeReplyDecoder range = new RangeReplyDecoder();
    private Histogram calls;
    private int keyIndex = -1;
    private long writeNumber;
    private long errorCount;
    private long eventCount;
    private long watchCount;

    CountingEgress(final KeySpace keySpace)
    {
        this.keySpace = keySpace;
    }

    /** From now on the time of each call of onEntry goes here; null = nowhere. */
    void recordCalls(final Histogram histogram)
    {
        calls = histogram;
    }

    void onCall(final long callNs)
    {
        if (calls != null)
        {
            calls.recordValue(callNs);
        }
    }

    void expectValue(final int expectedKeyIndex, final long expectedWriteNumber)
    {
        keyIndex = expectedKeyIndex;
        writeNumber = expectedWriteNumber;
    }

    boolean isExpecting()
    {
        return keyIndex >= 0;
    }

    long errorCount()
    {
        return errorCount;
    }

    long eventCount()
    {
        return eventCount;
    }

    long watchCount()
    {
        return watchCount;
    }

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        header.wrap(buffer, offset);
        switch (header.templateId())
        {
            case ErrorReplyDecoder.TEMPLATE_ID:
                errorCount++;
                break;
            case WatchCreatedDecoder.TEMPLATE_ID:
                watchCount++;
                break;
            case RangeReplyDecoder.TEMPLATE_ID:
                checkValue(buffer, offset);
                break;
            default:
                break;
        }
        return SENT;
    }

    private void checkValue(final DirectBuffer buffer, final int offset)
    {
        Wrong.unless(keyIndex >= 0, "a value that nobody asked for");
        range.wrapAndApplyHeader(buffer, offset, header);
        final RangeReplyDecoder.KvsDecoder kvs = range.kvs();
        Wrong.unless(kvs.count() == 1, "not one key");
        kvs.next().skipKey();
        final int valueOffset = range.limit() + RangeReplyDecoder.KvsDecoder.valueHeaderLength();
        Wrong.unless(keySpace.checkValue(keyIndex, buffer, valueOffset, kvs.valueLength()) == KeySpace.SOUND, "a value that was never put");
        Wrong.unless(writeNumber < 0 || KeySpace.writeNumberOf(buffer, valueOffset) == writeNumber, "a value of another revision");
        keyIndex = -1;
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return reply(sessionId, buffer, offset, length);
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        eventCount++;
        return SENT;
    }
}
