package io.tourbillon.perf.jmh;

import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenClientEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.perf.KeySpace;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/** Requests of the client protocol, as benchmarks feed them to a part. One thread. */
final class Messages
{
    static final int KEY_COUNT = 100_000;
    static final int KEY_LENGTH = 32;
    static final int VALUE_LENGTH = 256;
    static final long SESSION_ID = 7;

    private static final int LENGTH_MAX = 1024;

    private final KeySpace keySpace = new KeySpace(KEY_COUNT, KEY_LENGTH, VALUE_LENGTH);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final PutRequestEncoder put = new PutRequestEncoder();
    private final OpenClientEncoder openClient = new OpenClientEncoder();
    private final RangeRequestEncoder range = new RangeRequestEncoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH_MAX));
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(KEY_LENGTH));
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(VALUE_LENGTH));
    private final UnsafeBuffer empty = new UnsafeBuffer(new byte[0]);

    KeySpace keySpace()
    {
        return keySpace;
    }

    /** What the last call wrote, from offset 0. */
    UnsafeBuffer buffer()
    {
        return buffer;
    }

    /** As {@link #encodePut}, numbered by a client that is remembered and has 500 in flight. @return length of the message. */
    int encodeRemembered(final int keyIndex, final long correlationId, final long clientId, final long sequence)
    {
        final int length = encodePut(keyIndex, correlationId);
        put.request().sequence(sequence).lowestUnanswered(Math.max(1, sequence - 500)).clientId(clientId);
        return length;
    }

    /** @return length of the message. */
    int encodeOpenClient()
    {
        openClient.wrapAndApplyHeader(buffer, 0, header);
        openClient.request().sessionId(SESSION_ID).correlationId(0).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
        return MessageHeaderEncoder.ENCODED_LENGTH + openClient.encodedLength();
    }

    /** @return length of the message. */
    int encodePut(final int keyIndex, final long correlationId)
    {
        keySpace.putKey(keyIndex, key, 0);
        keySpace.putValue(keyIndex, correlationId, 0, value, 0);
        put.wrapAndApplyHeader(buffer, 0, header);
        put.request().sessionId(SESSION_ID).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0)
            .clientId(0);
        put.lease(0).flags().clear();
        put.putKey(key, 0, KEY_LENGTH).putValue(value, 0, VALUE_LENGTH);
        return MessageHeaderEncoder.ENCODED_LENGTH + put.encodedLength();
    }

    /** @return length of the message. */
    int encodeGet(final int keyIndex, final long correlationId)
    {
        keySpace.putKey(keyIndex, key, 0);
        range.wrapAndApplyHeader(buffer, 0, header);
        range.request().sessionId(SESSION_ID).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0)
            .clientId(0);
        range.keyLimit(0).revision(0).minModRevision(0).maxModRevision(0).minCreateRevision(0).maxCreateRevision(0)
            .sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY).flags().clear();
        range.putKey(key, 0, KEY_LENGTH).putRangeEnd(empty, 0, 0);
        return MessageHeaderEncoder.ENCODED_LENGTH + range.encodedLength();
    }
}
