package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ChunkEncoder;
import io.tourbillon.codecs.client.ConnectEncoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenSessionEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.ReplyHeaderDecoder;
import io.tourbillon.codecs.client.RequestHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A client that says whatever a test wants, over IPC. */
final class RawClient implements AutoCloseable
{
    final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(4096);
    final MessageHeaderEncoder header = new MessageHeaderEncoder();
    final ArrayDeque<UnsafeBuffer> received = new ArrayDeque<>();
    final Publication publication;
    final Subscription subscription;
    private final Aeron aeron;
    private final MessageHeaderDecoder receivedHeader = new MessageHeaderDecoder();
    private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private boolean isDeaf;

    RawClient(final String driverDirectory)
    {
        aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(driverDirectory)
            .errorHandler(errors::add));
        subscription = aeron.addSubscription("aeron:ipc?control-mode=response", Protocol.RESPONSE_STREAM_ID);
        publication = aeron.addPublication(
            "aeron:ipc?term-length=256k|response-correlation-id=" + subscription.registrationId(), Protocol.REQUEST_STREAM_ID);
        Await.until("the request stream to connect", publication::isConnected);
    }

    /** From now on takes nothing from its stream. */
    void deafen()
    {
        isDeaf = true;
    }

    void send(final DirectBuffer message, final int length)
    {
        Await.until("room in the request stream",
            () ->
            {
                poll();
                return publication.offer(message, 0, length) > 0;
            });
    }

    void send(final int encodedLength)
    {
        send(buffer, MessageHeaderEncoder.ENCODED_LENGTH + encodedLength);
    }

    static void head(final RequestHeaderEncoder head, final long sessionId, final long correlationId)
    {
        head.sessionId(sessionId).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
    }

    RawClient connect()
    {
        final ConnectEncoder connect = new ConnectEncoder();
        connect.wrapAndApplyHeader(buffer, 0, header).protocolVersion(Protocol.VERSION).clientName("raw");
        head(connect.request(), 0, 1);
        send(connect.encodedLength());
        await(2);
        return this;
    }

    /** @return the session's id. */
    long openSession()
    {
        final OpenSessionEncoder open = new OpenSessionEncoder();
        open.wrapAndApplyHeader(buffer, 0, header).eventCredit(1 << 20).userName("").putProof(new byte[0], 0, 0);
        head(open.request(), 0, 2);
        send(open.encodedLength());
        return reply(await(9)).sessionId();
    }

    int encodePut(final long sessionId, final long correlationId, final int valueLength)
    {
        final PutRequestEncoder put = new PutRequestEncoder();
        put.wrapAndApplyHeader(buffer, 0, header).lease(0);
        head(put.request(), sessionId, correlationId);
        put.flags().clear();
        put.putKey("key".getBytes(StandardCharsets.US_ASCII), 0, 3).putValue(new byte[valueLength], 0, valueLength);
        return MessageHeaderEncoder.ENCODED_LENGTH + put.encodedLength();
    }

    void put(final long sessionId, final long correlationId, final int valueLength)
    {
        send(buffer, encodePut(sessionId, correlationId, valueLength));
    }

    void chunk(
        final long sessionId, final long chunkedId, final DirectBuffer message, final int offset, final int length, final int totalLength)
    {
        final ExpandableArrayBuffer piece = new ExpandableArrayBuffer(length + 256);
        final ChunkEncoder chunk = new ChunkEncoder();
        chunk.wrapAndApplyHeader(piece, 0, header)
            .chunkedId(chunkedId)
            .pieceOffset(offset)
            .totalLength(totalLength)
            .putPiece(message, offset, length);
        head(chunk.request(), sessionId, 1000 + chunkedId);
        send(piece, MessageHeaderEncoder.ENCODED_LENGTH + chunk.encodedLength());
    }

    void poll()
    {
        if (!isDeaf)
        {
            subscription.poll(this::onFragment, 100);
        }
    }

    private void onFragment(final DirectBuffer source, final int offset, final int length, final Header frame)
    {
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, source, offset, length);
        received.add(copy);
    }

    /** The next message of a template; others before it are dropped. */
    UnsafeBuffer await(final int templateId)
    {
        final UnsafeBuffer[] found = new UnsafeBuffer[1];
        Await.until("a message of template " + templateId,
            () ->
            {
                poll();
                while (found[0] == null && !received.isEmpty())
                {
                    final UnsafeBuffer message = received.poll();
                    found[0] = receivedHeader.wrap(message, 0).templateId() == templateId ? message : null;
                }
                return found[0] != null;
            });
        return found[0];
    }

    /** The code of the next ErrorReply. */
    int awaitError(final long correlationId)
    {
        while (true)
        {
            final UnsafeBuffer message = await(ErrorReplyDecoder.TEMPLATE_ID);
            if (reply(message).correlationId() == correlationId)
            {
                return new ErrorReplyDecoder().wrapAndApplyHeader(message, 0, receivedHeader).code();
            }
        }
    }

    static ReplyHeaderDecoder reply(final DirectBuffer message)
    {
        return new ReplyHeaderDecoder().wrap(message, Protocol.HEAD_OFFSET);
    }

    @Override
    public void close()
    {
        aeron.close();
    }
}
