package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.CloseSessionEncoder;
import io.tourbillon.codecs.client.ConnectEncoder;
import io.tourbillon.codecs.client.ConnectedDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.KeepAliveEncoder;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenSessionEncoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.SessionClosedDecoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.codecs.client.WatchCancelEncoder;
import io.tourbillon.transport.client.MediaKind;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The protocol's rules, said by a raw client over IPC to the server ends alone. */
class ServerEndTest
{
    private static final int CHUNK = 14;
    private static final int DEAF_SESSIONS = 20;
    private static final int PUT_REPLY = PutReplyDecoder.TEMPLATE_ID;

    @TempDir
    Path directory;
    private EchoServer server;
    private RawClient client;

    private RawClient start(final NodeConfig config)
    {
        server = new EchoServer(config);
        client = new RawClient(server.driver.directory().toString());
        return client;
    }

    private RawClient start()
    {
        return start(TestConfig.in(directory));
    }

    @AfterEach
    void close()
    {
        if (client != null)
        {
            client.close();
        }
        if (server != null)
        {
            server.close();
        }
    }

    @Test
    void shouldNameLimitsWhenConnecting()
    {
        start().connect();
        final ConnectEncoder connect = new ConnectEncoder();
        connect.wrapAndApplyHeader(client.buffer, 0, client.header).protocolVersion(Protocol.VERSION).clientName("again");
        RawClient.head(connect.request(), 0, 5);
        client.send(connect.encodedLength());
        assertEquals(ErrorCode.NOT_CONNECTED.number(), client.awaitError(5), "Connect comes once");
    }

    @Test
    void shouldAnswerNotConnectedBeforeConnect()
    {
        start().put(1, 9, 10);
        assertEquals(ErrorCode.NOT_CONNECTED.number(), client.awaitError(9));
    }

    @Test
    void shouldRefuseAnotherMajorVersion()
    {
        start();
        final ConnectEncoder connect = new ConnectEncoder();
        connect.wrapAndApplyHeader(client.buffer, 0, client.header).protocolVersion(2 << 16).clientName("raw");
        RawClient.head(connect.request(), 0, 5);
        client.send(connect.encodedLength());
        assertEquals(ErrorCode.WRONG_VERSION.number(), client.awaitError(5));
    }

    @Test
    void shouldTellItsLimits()
    {
        start();
        final ConnectEncoder connect = new ConnectEncoder();
        connect.wrapAndApplyHeader(client.buffer, 0, client.header).protocolVersion(Protocol.VERSION).clientName("raw");
        RawClient.head(connect.request(), 0, 5);
        client.send(connect.encodedLength());
        final ConnectedDecoder connected = new ConnectedDecoder()
            .wrapAndApplyHeader(client.await(ConnectedDecoder.TEMPLATE_ID), 0, new MessageHeaderDecoder());
        assertEquals(Protocol.REQUEST_LENGTH_MAX, connected.requestLengthMax());
        assertEquals(1000, connected.keepAliveIntervalMs());
        assertEquals(5000, connected.timeoutMs());
        assertEquals(5, connected.reply().correlationId());
        assertEquals(server.memberId, connected.reply().memberId());
    }

    @Test
    void shouldEchoPutsInOrder()
    {
        final long sessionId = start().connect().openSession();
        for (int i = 1; i <= 2000; i++)
        {
            client.put(sessionId, i, i % 300);
            if (i % 100 == 0)
            {
                for (int j = i - 99; j <= i; j++)
                {
                    final UnsafeBuffer message = client.await(PUT_REPLY);
                    assertEquals(j, RawClient.reply(message).correlationId());
                    assertEquals(sessionId, RawClient.reply(message).sessionId());
                }
            }
        }
    }

    @Test
    void shouldAssembleChunksAndSendChunks()
    {
        final long sessionId = start().connect().openSession();
        final int length = client.encodePut(sessionId, 3, 300_000);
        final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        message.putBytes(0, client.buffer, 0, length);
        for (int offset = 0; offset < length; offset += 1000)
        {
            client.chunk(sessionId, 11, message, offset, Math.min(1000, length - offset), length);
        }
        int chunkedBytes = 0;
        final io.tourbillon.codecs.client.ChunkDecoder chunk = new io.tourbillon.codecs.client.ChunkDecoder();
        long totalLength;
        do
        {
            chunk.wrapAndApplyHeader(client.await(CHUNK), 0, new MessageHeaderDecoder());
            assertEquals(chunkedBytes, chunk.pieceOffset());
            assertEquals(3, chunk.request().correlationId());
            totalLength = chunk.totalLength();
            chunkedBytes += chunk.pieceLength();
        }
        while (chunkedBytes < totalLength);
        assertEquals(totalLength, chunkedBytes);
        assertTrue(totalLength > 300_000, "the value came back");
    }

    @Test
    void shouldRefuseGapsOverlapsAndWhatIsTooLarge()
    {
        final long sessionId = start().connect().openSession();
        final UnsafeBuffer message = new UnsafeBuffer(new byte[10_000]);
        client.chunk(sessionId, 1, message, 0, 1000, 10_000);
        client.chunk(sessionId, 1, message, 3000, 1000, 10_000);
        assertEquals(ErrorCode.MALFORMED.number(), client.awaitError(1001), "a gap");
        client.chunk(sessionId, 2, message, 0, 1000, 10_000);
        client.chunk(sessionId, 2, message, 500, 1000, 10_000);
        assertEquals(ErrorCode.MALFORMED.number(), client.awaitError(1002), "an overlap");
        client.chunk(sessionId, 3, message, 0, 1000, Protocol.REQUEST_LENGTH_MAX + 1);
        assertEquals(ErrorCode.REQUEST_TOO_LARGE.number(), client.awaitError(1003));
        client.chunk(sessionId, 4, message, 0, 1000, 1000);
        Await.until("random content to be counted", () -> server.counters.malformed.getAcquire() +
            server.counters.wrongVersions.getAcquire() > 0);
        client.put(sessionId, 9, 10);
        assertEquals(9, RawClient.reply(client.await(PUT_REPLY)).correlationId(), "the session goes on");
    }

    @Test
    void shouldBoundWhatASessionHasInChunks()
    {
        final long sessionId = start().connect().openSession();
        final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);
        for (int i = 1; i <= 5; i++)
        {
            client.chunk(sessionId, i, message, 0, 1000, Protocol.REQUEST_LENGTH_MAX);
        }
        assertEquals(ErrorCode.TOO_MANY_REQUESTS.number(), client.awaitError(1005), "four are under way");
    }

    @Test
    void shouldBoundSessionsAndRequestsInFlight()
    {
        start(TestConfig.in(directory).set(NodeOption.MAX_SESSIONS, "2").set(NodeOption.MAX_IN_FLIGHT, "8")).connect();
        final long sessionId = client.openSession();
        client.openSession();
        assertEquals(ErrorCode.TOO_MANY_SESSIONS.number(), refusalOfSession(client));
        server.isAnswering = false;
        for (int i = 1; i <= 9; i++)
        {
            client.put(sessionId, i, 1);
        }
        assertEquals(ErrorCode.TOO_MANY_IN_FLIGHT.number(), client.awaitError(9));
    }

    private static int refusalOfSession(final RawClient client)
    {
        final OpenSessionEncoder open = new OpenSessionEncoder();
        open.wrapAndApplyHeader(client.buffer, 0, client.header).eventCredit(1).userName("").putProof(new byte[0], 0, 0);
        RawClient.head(open.request(), 0, 42);
        client.send(open.encodedLength());
        return client.awaitError(42);
    }

    @Test
    void shouldBoundTheSessionsOfAllConnectionsTogether()
    {
        start(TestConfig.in(directory).set(NodeOption.MAX_SESSIONS_OF_NODE, "3")).connect();
        client.openSession();
        client.openSession();
        try (RawClient second = new RawClient(server.driver.directory().toString()))
        {
            final long sessionId = second.connect().openSession();
            assertEquals(ErrorCode.TOO_MANY_SESSIONS.number(), refusalOfSession(second));
            assertEquals(ErrorCode.TOO_MANY_SESSIONS.number(), refusalOfSession(client));
            final CloseSessionEncoder close = new CloseSessionEncoder().wrapAndApplyHeader(second.buffer, 0, second.header);
            RawClient.head(close.request(), sessionId, 7);
            second.send(close.encodedLength());
            second.await(SessionClosedDecoder.TEMPLATE_ID);
            final long later = client.openSession();
            client.put(later, 5, 1);
            client.await(PUT_REPLY);
        }
    }

    @Test
    void shouldTakeTheCancellingOfAWatchWhileRequestsFillTheSession()
    {
        start(TestConfig.in(directory).set(NodeOption.MAX_IN_FLIGHT, "2")).connect();
        final long sessionId = client.openSession();
        server.isAnswering = false;
        client.put(sessionId, 1, 1);
        client.put(sessionId, 2, 1);
        final WatchCancelEncoder cancel = new WatchCancelEncoder().wrapAndApplyHeader(client.buffer, 0, client.header);
        RawClient.head(cancel.request(), sessionId, -3);
        client.send(cancel.watchId(3).encodedLength());
        client.put(sessionId, 4, 1);
        final UnsafeBuffer error = client.await(ErrorReplyDecoder.TEMPLATE_ID);
        assertEquals(4, RawClient.reply(error).correlationId(), "the put is refused, the cancelling is not");
    }

    @Test
    void shouldRefuseConnectionsBeyondTheLimit()
    {
        start(TestConfig.in(directory).set(NodeOption.MAX_CONNECTIONS, "1")).connect();
        try (RawClient second = new RawClient(server.driver.directory().toString()))
        {
            final ConnectEncoder connect = new ConnectEncoder();
            connect.wrapAndApplyHeader(second.buffer, 0, second.header).protocolVersion(Protocol.VERSION).clientName("second");
            RawClient.head(connect.request(), 0, 5);
            second.send(connect.encodedLength());
            assertEquals(ErrorCode.TOO_MANY_SESSIONS.number(), second.awaitError(5));
        }
    }

    @Test
    void shouldRejectTheStreamsOfThoseFarBeyondTheLimit()
    {
        start(TestConfig.in(directory).set(NodeOption.MAX_CONNECTIONS, "1")).connect();
        final Aeron.Context context = new Aeron.Context()
            .aeronDirectoryName(server.driver.directory().toString())
            .errorHandler((error) -> { }); // it is told of the rejection
        try (Aeron aeron = Aeron.connect(context))
        {
            for (int i = 0; i < 16; i++)
            {
                assertNotNull(requestStream(aeron));
            }
            Await.until("those to be told", () -> server.counters.connections.getAcquire() == 17);
            final ExclusivePublication rejected = requestStream(aeron);
            Await.until("the rejection", () -> !rejected.isConnected());
            assertEquals(17, server.counters.connectionsRefused.getAcquire());
            assertEquals(17, server.counters.connections.getAcquire());
        }
    }

    private static ExclusivePublication requestStream(final Aeron aeron)
    {
        final Subscription answers = aeron.addSubscription("aeron:ipc?control-mode=response", Protocol.RESPONSE_STREAM_ID);
        final ExclusivePublication requests = aeron.addExclusivePublication(
            "aeron:ipc?term-length=64k|response-correlation-id=" + answers.registrationId(), Protocol.REQUEST_STREAM_ID);
        Await.until("the request stream to connect", requests::isConnected);
        return requests;
    }

    @Test
    void shouldRefuseWhatItCannotDo()
    {
        final long sessionId = start().connect().openSession();
        client.put(sessionId + 1, 3, 1);
        assertEquals(ErrorCode.SESSION_UNKNOWN.number(), client.awaitError(3));
        final int length = client.encodePut(sessionId, 4, 1);
        client.buffer.putLong(Protocol.MEMBER_ID_OFFSET, 12345);
        client.send(client.buffer, length);
        assertEquals(ErrorCode.WRONG_MEMBER.number(), client.awaitError(4));
        final MemberRequestEncoder member = new MemberRequestEncoder();
        member.wrapAndApplyHeader(client.buffer, 0, client.header).targetId(0).operation(MemberOperation.REMOVE).linearizable((short)1);
        RawClient.head(member.request(), sessionId, 5);
        member.peerUrlsCount(0);
        client.send(member.encodedLength());
        assertEquals(ErrorCode.NOT_SUPPORTED.number(), client.awaitError(5));
        server.admission = Admission.TOO_MANY_REQUESTS;
        client.put(sessionId, 6, 1);
        assertEquals(ErrorCode.TOO_MANY_REQUESTS.number(), client.awaitError(6));
    }

    @Test
    void shouldNotServeASessionOfAnotherConnection()
    {
        final long sessionId = start().connect().openSession();
        try (RawClient second = new RawClient(server.driver.directory().toString()))
        {
            second.connect().put(sessionId, 3, 1);
            assertEquals(ErrorCode.SESSION_UNKNOWN.number(), second.awaitError(3));
        }
    }

    @Test
    void shouldDropWhoIsSilentAndKeepWhoSaysSo()
    {
        final NodeConfig config = TestConfig.in(directory)
            .set(NodeOption.KEEP_ALIVE_MS, "100")
            .set(NodeOption.CONNECTION_TIMEOUT_MS, "600")
            .set(NodeOption.IMAGE_LIVENESS_MS, "5000");
        start(config).connect().openSession();
        try (RawClient second = new RawClient(server.driver.directory().toString()))
        {
            final long sessionId = second.connect().openSession();
            final KeepAliveEncoder keepAlive = new KeepAliveEncoder();
            Await.until("the silent one to be dropped",
                () ->
                {
                    RawClient.head(keepAlive.wrapAndApplyHeader(second.buffer, 0, second.header).request(), 0, 1);
                    second.send(keepAlive.encodedLength());
                    second.await(6);
                    return server.counters.timeouts.getAcquire() == 1;
                });
            second.put(sessionId, 5, 1);
            second.await(PUT_REPLY);
        }
        final SessionClosedDecoder closed = new SessionClosedDecoder()
            .wrapAndApplyHeader(client.await(SessionClosedDecoder.TEMPLATE_ID), 0, new MessageHeaderDecoder());
        assertEquals(ErrorCode.CONNECTION_TIMEOUT.number(), closed.code());
    }

    @Test
    void shouldCloseASessionThatDoesNotTakeItsAnswersAndNoOther()
    {
        start(TestConfig.in(directory)).connect();
        final long deafId = client.openSession();
        final long lengthSent = server.config.number(NodeOption.REPLY_QUEUE_BYTES) + 4L * server.config.number(NodeOption.TERM_BYTES);
        client.deafen();
        server.answersPerPut = 64;
        try (RawClient second = new RawClient(server.driver.directory().toString()))
        {
            final long sessionId = second.connect().openSession();
            for (long sent = 0, i = 1; sent < lengthSent; sent += 64 * 8000, i++)
            {
                client.put(deafId, i, 8000);
            }
            Await.until("the deaf session to be closed", () -> server.counters.overruns.getAcquire() == 1);
            server.answersPerPut = 1;
            second.put(sessionId, 5, 1);
            second.await(PUT_REPLY);
        }
        assertNull(server.failure.get());
    }

    /** Each far from its own bound: 8 x 8,000 bytes wait for each of them, of at most 256 KiB. */
    @Test
    void shouldBoundTheMemoryOfAllSessionsThatDoNotTakeTheirAnswers()
    {
        start(TestConfig.in(directory).set(NodeOption.MAX_REQUEST_BYTES, "64k").set(NodeOption.REPLY_QUEUE_BYTES, "64k")
            .set(NodeOption.MAX_REPLY_BYTES, "1m").set(NodeOption.TERM_BYTES, "64k")).connect();
        final long[] deafIds = LongStream.range(0, DEAF_SESSIONS).map(i -> client.openSession()).toArray();
        client.deafen();
        server.answersPerPut = 8;
        try (RawClient second = new RawClient(server.driver.directory().toString()))
        {
            final long sessionId = second.connect().openSession();
            final long before = server.counters.messages.getAcquire();
            for (int i = 0; i < DEAF_SESSIONS; i++)
            {
                client.put(deafIds[i], i + 1, 8000);
                if (i == 3)
                {
                    Await.until("the first four to be answered", () -> server.counters.messages.getAcquire() >= before + 4);
                    assertEquals(0, server.counters.overruns.getAcquire(), "four are not too much");
                }
            }
            Await.until("those beyond the bound to be closed", () -> server.counters.messages.getAcquire() >= before + DEAF_SESSIONS &&
                server.counters.overruns.getAcquire() > 0);
            server.answersPerPut = 1;
            second.put(sessionId, 5, 1);
            second.await(PUT_REPLY);
            final long overruns = server.counters.overruns.getAcquire();
            assertTrue(overruns <= DEAF_SESSIONS - 5, () -> overruns + " were closed: not only those beyond the bound");
            assertTrue(server.replyBytes <= 2 << 20, () -> server.replyBytes + " bytes wait");
            client.close();
            client = null;
            Await.until("the memory to be given back", () -> server.replyBytes == 0);
        }
        assertNull(server.failure.get());
    }

    @Test
    void shouldForgetAllOfAClientThatIsGone()
    {
        start().connect().openSession();
        assertEquals(1, server.counters.sessions.getAcquire());
        client.close();
        client = null;
        Await.until("its connection to be gone",
            () -> server.counters.connections.getAcquire() == 0 && server.counters.sessions.getAcquire() == 0);
        Await.until("its session to be gone", () -> server.egress.sessionCount() == 0);
    }

    /** What is said on it afterwards is taken by nobody, but the driver keeps a stream for as long as something in it was not read. */
    @ParameterizedTest
    @EnumSource(value = MediaKind.class, names = {"IPC", "UDP"})
    void shouldGiveBackTheStreamOfAConnectionThatIsOver(final MediaKind mediaKind)
    {
        server = new EchoServer(TestConfig.in(directory)
            .set(NodeOption.KEEP_ALIVE_MS, "100")
            .set(NodeOption.CONNECTION_TIMEOUT_MS, "600"));
        final boolean isIpc = mediaKind == MediaKind.IPC;
        final Path streams = server.driver.directory().resolve(isIpc ? "publications" : "images");
        final MediaDriver.Context own = new MediaDriver.Context()
            .aeronDirectoryName(directory.resolve("driver").toString())
            .threadingMode(ThreadingMode.SHARED);
        try (MediaDriver driver = isIpc ? null : MediaDriver.launch(own);
            Aeron aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName((isIpc ? server.driver.directory() : Path.of(driver.aeronDirectoryName())).toString())))
        {
            final ExclusivePublication requests = aeron.addExclusivePublication(
                isIpc ? "aeron:ipc?term-length=64k" : "aeron:udp?term-length=64k|endpoint=" + server.config.text(NodeOption.LISTEN_CLIENT),
                Protocol.REQUEST_STREAM_ID);
            Await.until("the end of who asks for no answers", () -> server.counters.connections.getAcquire() == 0 &&
                server.counters.timeouts.getAcquire() + server.counters.transportErrors.get() > 0);
            assertTrue(fileCount(streams) > 0, "it is looked for in the right place");
            Await.until("room for what nobody takes", () -> requests.offer(new UnsafeBuffer(new byte[100])) > 0);
            requests.close();
            Await.until("the stream to be given back", () -> fileCount(streams) == 0);
        }
        assertNull(server.failure.get());
    }

    private static int fileCount(final Path streams)
    {
        return streams.toFile().list().length;
    }

    @Test
    void shouldCountFragmentsAndShortMessages()
    {
        start().connect();
        client.send(new UnsafeBuffer(new byte[100_000]), 30_000);
        client.send(new UnsafeBuffer(new byte[MessageHeaderEncoder.ENCODED_LENGTH - 1]), MessageHeaderEncoder.ENCODED_LENGTH - 1);
        Await.until("both to be counted",
            () -> server.counters.malformed.getAcquire() + server.counters.fragments.getAcquire() > 1);
        client.openSession();
    }
}
