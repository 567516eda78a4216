package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ClientOpenedDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpenClientEncoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** A write that comes by several members, or after a restart, is applied once; what is not remembered is said to be so. */
@Timeout(180)
class OnceNodeTest extends ThreeNodes
{
    private static long openClient(final RawClient client, final long sessionId)
    {
        final OpenClientEncoder open = new OpenClientEncoder().wrapAndApplyHeader(client.buffer, 0, client.header);
        RawClient.head(open.request(), sessionId, 7);
        client.send(open.encodedLength());
        return new ClientOpenedDecoder()
            .wrapAndApplyHeader(client.await(ClientOpenedDecoder.TEMPLATE_ID), 0, new MessageHeaderDecoder()).clientId();
    }

    private static void put(
        final RawClient client, final long sessionId, final long correlationId, final long clientId, final long sequence, final long lowest)
    {
        final int length = client.encodePut(sessionId, correlationId, 10);
        client.buffer.putInt(Protocol.CLIENT_ID_OFFSET, (int)clientId, LITTLE_ENDIAN);
        client.buffer.putLong(Protocol.SEQUENCE_OFFSET, sequence, LITTLE_ENDIAN);
        client.buffer.putLong(Protocol.LOWEST_UNANSWERED_OFFSET, lowest, LITTLE_ENDIAN);
        client.send(client.buffer, length);
    }

    private static long putRevision(final RawClient client)
    {
        return RawClient.reply(client.await(PutReplyDecoder.TEMPLATE_ID)).revision();
    }

    private static int error(
        final RawClient client, final long sessionId, final long correlationId, final long clientId, final long sequence, final long lowest)
    {
        put(client, sessionId, correlationId, clientId, sequence, lowest);
        return client.awaitError(correlationId);
    }

    @Test
    void shouldApplyOnceWhatComesByEachMember()
    {
        final int leader = leader();
        try (RawClient first = new RawClient(nodes[leader].driverDirectory()).connect();
            RawClient second = new RawClient(nodes[(leader + 1) % MEMBERS].driverDirectory()).connect())
        {
            final long firstSession = first.openSession();
            final long secondSession = second.openSession();
            final long clientId = openClient(second, secondSession);
            put(first, firstSession, 10, clientId, 1, 1);
            final long revision = putRevision(first);
            put(second, secondSession, 11, clientId, 1, 1);
            assertEquals(revision, putRevision(second), "its first answer");
            put(second, secondSession, 12, clientId, 2, 2);
            assertEquals(revision + 1, putRevision(second));

            for (int i = 3; i < 100; i++)
            {
                put(first, firstSession, 10 + i, clientId, i, i);
                assertEquals(revision + i - 1, putRevision(first));
            }
            assertEquals(ErrorCode.OUTCOME_FORGOTTEN.number(), error(second, secondSession, 200, clientId, 1, 1));
            assertEquals(ErrorCode.CLIENT_FORGOTTEN.number(), error(second, secondSession, 201, clientId + 1, 1, 1));
        }
    }

    @Test
    void shouldRememberInANodeThatIsStartedAgain()
    {
        final int follower = (leader() + 1) % MEMBERS;
        final long clientId;
        final long revision;
        try (RawClient before = new RawClient(nodes[follower].driverDirectory()).connect())
        {
            final long sessionId = before.openSession();
            clientId = openClient(before, sessionId);
            put(before, sessionId, 10, clientId, 1, 1);
            revision = putRevision(before);
        }
        nodes[follower].close();
        nodes[follower] = Node.launch(configs[follower]);
        Await.until("the node to serve", () -> nodes[follower].awaitReady(20_000));
        leader();
        try (RawClient after = new RawClient(nodes[follower].driverDirectory()).connect())
        {
            put(after, after.openSession(), 10, clientId, 1, 1);
            assertEquals(revision, putRevision(after));
        }
    }
}
