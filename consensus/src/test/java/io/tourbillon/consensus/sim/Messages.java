package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.DeleteRangeRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.RequestHeaderEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.NoOpEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Clients' writes as the wire has them, and back. */
final class Messages
{
    /** A write: value null = delete. */
    record Write(String key, String value)
    {
    }

    private Messages()
    {
    }

    static byte[] encode(final Write write, final long correlationId)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
        final int length;
        if (write.value() != null)
        {
            final PutRequestEncoder put = new PutRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
            header(put.request(), correlationId);
            put.lease(0).flags().clear();
            putBytes(put, write);
            length = MessageHeaderEncoder.ENCODED_LENGTH + put.encodedLength();
        }
        else
        {
            final DeleteRangeRequestEncoder delete =
                new DeleteRangeRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
            header(delete.request(), correlationId);
            delete.flags().clear();
            final byte[] key = write.key().getBytes(UTF_8);
            delete.putKey(key, 0, key.length).putRangeEnd(key, 0, 0);
            length = MessageHeaderEncoder.ENCODED_LENGTH + delete.encodedLength();
        }
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    private static void putBytes(final PutRequestEncoder put, final Write write)
    {
        final byte[] key = write.key().getBytes(UTF_8);
        final byte[] value = write.value().getBytes(UTF_8);
        put.putKey(key, 0, key.length).putValue(value, 0, value.length);
    }

    static void header(final RequestHeaderEncoder header, final long correlationId)
    {
        header.sessionId(1).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).reserved(0);
    }

    /** An entry as the log has it. */
    static byte[] entry(
        final long term, final long index, final long memberId, final long sessionId, final long correlationId, final DirectBuffer payload)
    {
        final byte[] room = new byte[EntryFrame.frameLength(payload.capacity())];
        final int length = new EntryFrame().encode(
            new UnsafeBuffer(room), 0, term, index, memberId, sessionId, correlationId, 0, payload, 0, payload.capacity());
        return length == room.length ? room : Arrays.copyOf(room, length);
    }

    static EntryFrame frame(final byte[] bytes)
    {
        final EntryFrame frame = new EntryFrame().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
        SimFailure.unless(frame.isWhole(), "an entry is torn");
        return frame;
    }

    static byte[] noOp(final long memberId)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        final NoOpEncoder noOp = new NoOpEncoder().wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.record.MessageHeaderEncoder());
        noOp.memberId(memberId);
        return Arrays.copyOf(buffer.byteArray(), io.tourbillon.codecs.record.MessageHeaderEncoder.ENCODED_LENGTH + noOp.encodedLength());
    }

    /** The write that an entry carries; null if it is an internal one. */
    static Write decode(final EntryFrame entry)
    {
        if (entry.sessionId() == 0)
        {
            return null;
        }
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(entry.payload(), entry.payloadOffset());
        if (header.templateId() == PutRequestDecoder.TEMPLATE_ID)
        {
            final PutRequestDecoder put = new PutRequestDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header);
            final byte[] key = new byte[put.keyLength()];
            put.getKey(key, 0, key.length);
            final byte[] value = new byte[put.valueLength()];
            put.getValue(value, 0, value.length);
            return new Write(new String(key, UTF_8), new String(value, UTF_8));
        }
        final DeleteRangeRequestDecoder delete =
            new DeleteRangeRequestDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header);
        final byte[] key = new byte[delete.keyLength()];
        delete.getKey(key, 0, key.length);
        return new Write(new String(key, UTF_8), null);
    }
}
