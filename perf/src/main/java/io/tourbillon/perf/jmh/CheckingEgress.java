package io.tourbillon.perf.jmh;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.perf.KeySpace;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/** Takes one expected answer at a time and looks into it. */
final class CheckingEgress implements Egress
{
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final RangeReplyDecoder range = new RangeReplyDecoder();
    private int templateId;
    private long correlationId;
    private int keyIndex;
    private boolean isAnswered;

    void expectPut(final long expectedCorrelationId)
    {
        templateId = PutReplyDecoder.TEMPLATE_ID;
        correlationId = expectedCorrelationId;
        isAnswered = false;
    }

    void expectGet(final long expectedCorrelationId, final int expectedKeyIndex)
    {
        templateId = RangeReplyDecoder.TEMPLATE_ID;
        correlationId = expectedCorrelationId;
        keyIndex = expectedKeyIndex;
        isAnswered = false;
    }

    boolean isAnswered()
    {
        return isAnswered;
    }

    void requireAnswered()
    {
        Wrong.unless(isAnswered, "no answer");
    }

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        header.wrap(buffer, offset);
        Wrong.unless(!isAnswered, "a second answer");
        Wrong.unless(header.templateId() == templateId, "template " + header.templateId());
        Wrong.unless(buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, ByteOrder.LITTLE_ENDIAN) == correlationId, "correlation id");
        if (templateId == RangeReplyDecoder.TEMPLATE_ID)
        {
            checkValue(buffer, offset);
        }
        isAnswered = true;
        return SENT;
    }

    private void checkValue(final DirectBuffer buffer, final int offset)
    {
        range.wrapAndApplyHeader(buffer, offset, header);
        final RangeReplyDecoder.KvsDecoder kvs = range.kvs();
        Wrong.unless(kvs.count() == 1, "keys " + kvs.count());
        kvs.next().skipKey();
        final int valueOffset = range.limit() + RangeReplyDecoder.KvsDecoder.valueHeaderLength();
        Wrong.unless(kvs.valueLength() == Messages.VALUE_LENGTH, "value length");
        Wrong.unless(KeySpace.keyIndexOf(buffer, valueOffset) == keyIndex, "another key's value");
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return reply(sessionId, buffer, offset, length);
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        Wrong.unless(false, "an event without a watcher");
        return GONE;
    }
}
