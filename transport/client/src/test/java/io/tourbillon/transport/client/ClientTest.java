package io.tourbillon.transport.client;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class ClientTest
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final AtomicInteger PORTS = new AtomicInteger(27_000 + new Random().nextInt(2_000));
    private static final UnsafeBuffer NONE = new UnsafeBuffer(0, 0);

    private final int port = PORTS.addAndGet(10);
    private final Recorder recorder = new Recorder();
    private final ClientContext context = new ClientContext().requestTimeoutMs(300).connectTimeoutMs(2_000);
    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private FakeNode node = FakeNode.start(port);
    private TourbillonClient client;
    private ClientConnection connection;
    private ClientSession session;

    @AfterEach
    void close()
    {
        if (null != client)
        {
            client.close();
        }
        node.close();
        assertNull(node.failure);
        assertEquals(List.of(), failures);
    }

    @ParameterizedTest
    @EnumSource(names = {"IPC", "UDP"})
    void shouldPutAndReadBackAndDeleteAndStatus(final MediaKind kind)
    {
        open(kind);
        put("a/1", "one");
        put("a/2", "two");
        await(() -> recorder.puts.size() == 2);
        session.range(utf8("a/"), 0, 2, utf8("a0"), 0, 2, new RangeOptions());
        await(() -> recorder.wholeRanges == 1);
        assertEquals(List.of("a/1", "a/2"), recorder.found);
        assertArrayEquals("two".getBytes(UTF_8), recorder.lastValue);
        assertTrue(session.deleteRange(utf8("a/1"), 0, 3, NONE, 0, 0, 0) > 0);
        assertTrue(session.compact(1, false) > 0);
        session.status();
        await(() -> recorder.statusKeyCount == 1 && session.inFlightCount() == 0);
        assertEquals(kind == MediaKind.IPC, connection.isIpc());
    }

    @ParameterizedTest
    @EnumSource(names = {"IPC", "UDP"})
    void shouldCarryLargeValuesInChunksBothWaysInOrder(final MediaKind kind)
    {
        context.requestTimeoutMs(10_000).termLength(64 << 10);
        open(kind);
        final byte[] value = new byte[1_400_000];
        new Random(7).nextBytes(value);
        assertTrue(session.put(utf8("big"), 0, 3, new UnsafeBuffer(value), 0, value.length) > 0);
        assertEquals(ClientResult.BACK_PRESSURED, session.put(utf8("next"), 0, 4, NONE, 0, 0));
        await(() -> session.put(utf8("next"), 0, 4, NONE, 0, 0) > 0);
        await(() -> recorder.puts.size() == 2);
        session.get(utf8("big"), 0, 3);
        await(() -> recorder.wholeRanges == 1);
        assertArrayEquals(value, recorder.lastValue);
        assertEquals(ClientResult.TOO_LARGE, session.put(utf8("big"), 0, 3, new UnsafeBuffer(new byte[1_600_000]), 0, 1_600_000));
        assertEquals(List.of(1L, 2L), node.lastConnection().sequences);
        assertEquals(0, connection.counters().chunksDropped());
    }

    @Test
    void shouldCarryManySessionsOnOneConnection()
    {
        open(MediaKind.IPC);
        final Recorder other = new Recorder();
        final ClientSession second = connection.openSession(other);
        await(second::isOpen);
        assertTrue(second.sessionId() != session.sessionId());
        put("a", "1");
        second.get(utf8("a"), 0, 1);
        await(() -> recorder.puts.size() == 1 && other.wholeRanges == 1);
        second.close();
        assertEquals(List.of(0), other.closes);
        assertEquals(ClientResult.CLOSED, second.get(utf8("a"), 0, 1));
        assertEquals(0, recorder.found.size());
        put("b", "2");
        await(() -> recorder.puts.size() == 2);
    }

    @Test
    void shouldSayUnknownOutcomeForWritesAndTimeoutForReadsThatNobodyAnswers()
    {
        open(MediaKind.IPC);
        node.isMute = true;
        final long write = put("a", "1");
        final long read = session.get(utf8("a"), 0, 1);
        await(() -> recorder.unknown.size() == 1 && recorder.timeouts.size() == 1);
        assertEquals(List.of(write), recorder.unknown);
        assertEquals(List.of(read), recorder.timeouts);
        assertEquals(0, session.inFlightCount());
        assertEquals(ConnectionState.CONNECTED, connection.state());
    }

    @Test
    void shouldReportRefusalsAndCountLateAnswers()
    {
        open(MediaKind.IPC);
        session.put(NONE, 0, 0, utf8("x"), 0, 1);
        await(() -> recorder.errors.size() == 1);
        assertEquals(ErrorCode.KEY_NOT_PROVIDED.number(), recorder.errors.get(0));
        node.isFrozen = true;
        put("a", "1");
        await(() -> recorder.unknown.size() == 1);
        node.isFrozen = false;
        await(() -> connection.counters().late() == 1);
        assertEquals(0, recorder.puts.size());
    }

    @Test
    void shouldLimitRequestsInFlightToWhatTheNodeAllows()
    {
        node.requestsInFlightMax = 3;
        open(MediaKind.IPC);
        node.isMute = true;
        for (int i = 0; i < 3; i++)
        {
            assertTrue(put("a", "1") > 0);
        }
        assertEquals(ClientResult.TOO_MANY_IN_FLIGHT, put("a", "1"));
        await(() -> recorder.unknown.size() == 3);
        node.isMute = false;
        assertTrue(put("a", "1") > 0);
        await(() -> recorder.puts.size() == 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"IPC", "UDP"})
    void shouldReconnectAndResumeWatchesWithoutGapOrDuplicateWhenDropped(final MediaKind kind)
    {
        open(kind);
        watchAll("k/", 0);
        put("k/1", "a");
        await(() -> recorder.events.size() == 1);
        node.isMute = true;
        final long lost = put("k/lost", "x");
        node.call(() -> { });
        node.dropConnections();
        await(() -> recorder.unknown.contains(lost));
        node.call(() ->
        {
            node.store.put("k/2", new byte[1]); // nobody is there to hear of it
            node.store.put("k/3", new byte[1]);
        });
        node.isMute = false;
        await(() -> recorder.opens == 2 && recorder.watchesCreated.size() == 2);
        await(() -> put("k/4", "b") > 0);
        await(() -> recorder.events.size() == 4);
        assertEquals(List.of("+k/1@2", "+k/2@3", "+k/3@4", "+k/4@5"), recorder.events);
        assertEquals(2, connection.counters().connects());
        assertTrue(recorder.closes.contains(ErrorCode.CONNECTION_TIMEOUT.number()), recorder.closes::toString);
    }

    @ParameterizedTest
    @EnumSource(names = {"IPC", "UDP"})
    void shouldReconnectWhenTheNodeIsReplaced(final MediaKind kind)
    {
        node.timeoutMs = 400;
        final FakeStore store = node.store;
        context.reconnectPauseMs(5, 50);
        open(kind);
        watchAll("k/", 0);
        await(() -> recorder.watchesCreated.size() == 1);
        final String directory = node.directory.toString();
        node.close();
        assertNull(node.failure);
        await(() -> connection.state() != ConnectionState.CONNECTED);
        node = new FakeNode(port, store);
        if (kind == MediaKind.IPC)
        {
            assertFalse(directory.equals(node.directory.toString()));
            connection.close();
            connection = client.connect(node.ipcEndpoint(), this::onState);
            session = connection.openSession(recorder);
        }
        await(() -> session.isOpen());
        put("k/1", "a");
        await(() -> recorder.puts.size() == 1);
        failures.removeIf(error -> error instanceof io.aeron.exceptions.DriverTimeoutException); // that of the first node
    }

    @Test
    void shouldSkipEventsOfARevisionThatWasCutOffInItsMiddle()
    {
        open(MediaKind.IPC);
        watchAll("k/", 0);
        await(() -> recorder.watchesCreated.size() == 1);
        node.call(() ->
        {
            final FakeStore.Change first = node.store.put("k/1", new byte[1]);
            node.store.putAtSame("k/2", new byte[1]);
            node.lastConnection().events(List.of(first), true);
        });
        await(() -> recorder.events.size() == 1);
        node.dropConnections();
        await(() -> recorder.events.size() == 2 && recorder.watchesCreated.size() == 2);
        assertEquals(List.of("+k/1@2", "+k/2@2"), recorder.events);
        assertEquals(1, connection.counters().duplicateEvents());
        final List<Long> startRevisions = new ArrayList<>();
        node.call(() -> startRevisions.addAll(node.lastConnection().startRevisions));
        assertEquals(List.of(2L), startRevisions);
    }

    @Test
    void shouldReopenASessionThatTheNodeCloses()
    {
        open(MediaKind.IPC);
        watchAll("k/", 0);
        await(() -> recorder.watchesCreated.size() == 1);
        node.isMute = true;
        final long lost = put("a", "1");
        node.call(() -> node.lastConnection().closeSession(node.lastConnection().lastSessionId(), ErrorCode.REPLIES_OVERRUN));
        await(() -> recorder.closes.size() == 1);
        assertEquals(List.of(lost), recorder.unknown);
        node.isMute = false;
        await(() -> recorder.opens == 2 && recorder.watchesCreated.size() == 2);
        assertEquals(ErrorCode.REPLIES_OVERRUN.number(), recorder.closes.get(0));
        assertEquals(1, connection.counters().connects());
    }

    @Test
    void shouldCancelWatchesAndReportRefusedOnes()
    {
        open(MediaKind.IPC);
        final long watchId = watchAll("k/", 0);
        await(() -> recorder.watchesCreated.contains(watchId));
        assertEquals(0, session.progress());
        await(() -> recorder.progressRevision == 1);
        node.refusesProgress = true;
        assertEquals(0, session.progress());
        await(() -> recorder.progressRefusals.equals(List.of(ErrorCode.TOO_MANY_IN_FLIGHT.number())));
        assertEquals(0, session.cancelWatch(watchId));
        await(() -> recorder.watchesCanceled.size() == 1);
        session.watch(utf8("compacted"), 0, 9, NONE, 0, 0, 1, 0);
        await(() -> recorder.watchesCanceled.size() == 2);
        assertEquals(List.of(0, ErrorCode.COMPACTED.number()), recorder.watchesCanceled);
    }

    @Test
    void shouldCreateAWatchAgainThatANodeRefusesBecauseItEnds()
    {
        open(MediaKind.IPC);
        node.watchRefusals = 2;
        final long watchId = watchAll("k/", 0);
        await(() -> recorder.watchesCreated.contains(watchId));
        assertTrue(node.watchRefusals <= 0 && recorder.watchesCanceled.isEmpty());
    }

    @Test
    void shouldGiveEventCreditBackAndTakeLongEventsInChunks()
    {
        context.eventCreditBytes(10_000);
        open(MediaKind.IPC);
        watchAll("k/", 0);
        await(() -> recorder.watchesCreated.size() == 1);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[60_000]);
        session.put(utf8("k/1"), 0, 3, value, 0, value.capacity());
        await(() -> recorder.events.size() == 1);
        assertEquals(60_000, recorder.lastEventLength);
        final long[] credit = new long[1];
        await(() ->
        {
            node.call(() -> credit[0] = node.lastConnection().creditReceived);
            return credit[0] > 60_000;
        });
    }

    @Test
    void shouldEndASessionOfTheNodeWhoseOwnerClosedItBeforeItWasOpen()
    {
        open(MediaKind.IPC);
        final ClientSession second = connection.openSession(new Recorder());
        client.poll();
        second.close();
        await(() -> !node.lastConnection().closedSessions.isEmpty());
        assertEquals(List.of(session.sessionId() + 1), node.lastConnection().closedSessions);
    }

    @Test
    void shouldAskAgainWhenTheCancellingOfAWatchIsRefusedForNow()
    {
        open(MediaKind.IPC);
        final long watchId = watchAll("a", 0);
        await(() -> recorder.watchesCreated.size() == 1);
        node.lastConnection().cancelRefusals = 2;
        assertEquals(0, session.cancelWatch(watchId));
        await(() -> recorder.watchesCanceled.size() == 1);
        node.call(() -> assertTrue(node.lastConnection().watchers.isEmpty(), "else the node goes on with it"));
        assertEquals(0, node.lastConnection().cancelRefusals);
    }

    @Test
    void shouldFreeThePlaceOfALongMessageWhoseSessionEndsInTheMiddleOfIt()
    {
        context.inboundChunks(4 << 20, 1).requestTimeoutMs(5_000);
        open(MediaKind.IPC);
        final byte[] value = new byte[100_000];
        assertTrue(session.put(utf8("big"), 0, 3, new UnsafeBuffer(value), 0, value.length) > 0);
        await(() -> recorder.puts.size() == 1);
        final ClientSession second = connection.openSession(new Recorder());
        await(second::isOpen);
        final long secondId = second.sessionId();
        node.sendRaw(chunk(secondId, 900, 0, 400));
        node.call(() -> node.lastConnection().closeSession(secondId, ErrorCode.REPLIES_OVERRUN));
        node.sendRaw(chunk(secondId, 901, 0, 400)); // no order is promised between the end of a session and what was meant for it
        await(() -> session.get(utf8("big"), 0, 3) > 0);
        await(() -> recorder.wholeRanges == 1);
        assertArrayEquals(value, recorder.lastValue);
        assertEquals(0, connection.counters().chunksDropped());
    }

    @ParameterizedTest
    @EnumSource(names = {"IPC", "UDP"})
    void shouldCountMalformedInboundAndGoOn(final MediaKind kind)
    {
        open(kind);
        node.sendRaw(new byte[] {1, 2, 3});
        node.sendRaw(new byte[200]);
        final byte[] unknownTemplate = new byte[8];
        new io.tourbillon.codecs.client.MessageHeaderEncoder().wrap(new UnsafeBuffer(unknownTemplate), 0)
            .blockLength(0).templateId(250).schemaId(MessageHeaderDecoder.SCHEMA_ID).version(1);
        node.sendRaw(unknownTemplate);
        node.sendRaw(chunk(session.sessionId(), 1, 100, 400)); // a piece that has no beginning
        node.sendRaw(chunk(session.sessionId(), 2, 0, Integer.MAX_VALUE)); // a message longer than allowed
        await(() -> connection.counters().malformed() == 2 && connection.counters().unknownTemplates() == 1 &&
            connection.counters().chunksDropped() == 2);
        put("a", "1");
        await(() -> recorder.puts.size() == 1);
        assertEquals(ConnectionState.CONNECTED, connection.state());
    }

    @Test
    void shouldKeepAQuietConnectionAlive()
    {
        node.timeoutMs = 250;
        node.keepAliveMs = 50;
        open(MediaKind.IPC);
        final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(600);
        await(() -> System.nanoTime() - untilNs > 0);
        assertEquals(1, connection.counters().connects());
        assertTrue(node.requestCount > 5, () -> "keep-alives: " + node.requestCount);
    }

    @Test
    void shouldTreatSilenceAsLoss()
    {
        node.timeoutMs = 250;
        node.keepAliveMs = 50;
        open(MediaKind.IPC);
        node.isFrozen = true;
        final long lost = put("a", "1");
        await(() -> connection.state() != ConnectionState.CONNECTED);
        assertEquals(List.of(lost), recorder.unknown);
        assertTrue(reasons.stream().anyMatch(reason -> reason.contains("silent")), reasons::toString);
        node.isFrozen = false;
        await(session::isOpen);
    }

    @Test
    void shouldProveThatItKnowsTheKeyAndBelieveNoNodeThatDoesNot()
    {
        final ConnectionKey key = new ConnectionKey(utf8("a key that both sides know, or not").byteArray());
        context.connectionKey(key);
        node.connectionKey = key;
        open(MediaKind.IPC);
        put("a", "1");
        await(() -> recorder.puts.size() == 1);

        node.connectionKey = null; // an impostor: it lets anybody in
        node.dropConnections();
        await(() -> reasons.stream().anyMatch((reason) -> reason.contains(Greeting.NOT_PROVEN)));
        assertFalse(session.isOpen());
        node.connectionKey = key;
        await(session::isOpen);
    }

    @Test
    void shouldSayThatItHasNoKeyWhereOneIsAskedFor()
    {
        node.connectionKey = new ConnectionKey(utf8("a key that both sides know, or not").byteArray());
        client = TourbillonClient.launch(context.mediaKind(MediaKind.IPC).errorHandler(failures::add));
        connection = client.connect(node.ipcEndpoint(), this::onState);
        await(() -> reasons.stream().anyMatch((reason) -> reason.contains("this client has none")));
        assertNotEquals(ConnectionState.CONNECTED, connection.state());
    }

    @Test
    void shouldLeaveASilentNodeSoonerThanItSaysIfItIsToldSo()
    {
        node.timeoutMs = 60_000;
        node.keepAliveMs = 20_000;
        context.silenceMs(300);
        open(MediaKind.IPC);
        node.isFrozen = true;
        await(() -> connection.state() != ConnectionState.CONNECTED);
        assertTrue(reasons.stream().anyMatch(reason -> reason.contains("silent")), reasons::toString);
        node.isFrozen = false;
        await(session::isOpen);
    }

    @Test
    void shouldStayWithANodeThatHasNothingToAnswerYet()
    {
        node.timeoutMs = 300;
        node.keepAliveMs = 60;
        open(MediaKind.IPC);
        node.isMute = true;
        final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(900);
        await(() ->
        {
            put("a", "1"); // more often than the keep-alives that it saves
            return System.nanoTime() - untilNs > 0;
        });
        assertEquals(1, connection.counters().connects(), reasons::toString);
    }

    @Test
    void shouldSendTransactionsAsFlatListsWithDepthAndBranch()
    {
        open(MediaKind.IPC);
        final TxnEncoder txn = new TxnEncoder(4096);
        txn.compare(utf8("a"), 0, 1, CompareTarget.VERSION, CompareResult.GREATER, 7)
            .put(utf8("b"), 0, 1, utf8("v"), 0, 1, 0, ClientSession.PREV_KV)
            .beginTxn()
            .compareValue(utf8("c"), 0, 1, CompareResult.EQUAL, utf8("w"), 0, 1)
            .orElse()
            .deleteRange(utf8("d"), 0, 1, NONE, 0, 0, 0)
            .endTxn()
            .orElse()
            .range(utf8("e"), 0, 1, NONE, 0, 0, new RangeOptions().keyLimit(5));
        assertTrue(session.txn(txn) > 0);
        await(() -> recorder.errors.size() == 1);
        final List<String> told = new ArrayList<>();
        node.call(() -> told.addAll(describe(node.lastConnection().txns.get(0))));
        assertEquals(List.of(
            "compare a of -1: VERSION GREATER 7", "compare c of 1: VALUE EQUAL 0",
            "PUT b depth 0 SUCCESS", "TXN  depth 0 SUCCESS", "DELETE_RANGE d depth 1 FAILURE", "RANGE e depth 0 FAILURE"), told);
        final TxnEncoder small = new TxnEncoder(300).put(utf8("b"), 0, 1, new UnsafeBuffer(new byte[400]), 0, 400, 0, 0);
        assertEquals(ClientResult.TOO_LARGE, session.txn(small));
        assertTrue(small.isOverflown());
        assertFalse(small.reset().isOverflown());
    }

    @Test
    void shouldSayWhyNobodyIsReached()
    {
        client = TourbillonClient.launch(context.mediaKind(MediaKind.IPC));
        connection = client.connect("ipc:/nonexistent/directory", this::onState);
        session = connection.openSession(recorder);
        await(() -> connection.reason().contains("no live media driver"));
        assertEquals(ClientResult.NOT_CONNECTED, put("a", "1"));
        connection.close();
        assertEquals(ClientResult.CLOSED, put("a", "1"));
        assertEquals(ConnectionState.CLOSED, connection.state());
    }

    @Test
    void shouldLeaveNothingBehindWhenTheEmbeddedDriverCannotStartNorWhenItEnds() throws IOException
    {
        final Path parent = Files.createTempDirectory("client");
        final Path directory = parent.resolve("driver");
        client = TourbillonClient.launch(context.mediaKind(MediaKind.UDP).embeddedDriverDirectory(directory).socketBufferLength(4));
        connection = client.connect(node.udpEndpoint(), this::onState);
        await(() -> connection.reason().contains("SO_SNDBUF"));
        assertFalse(Files.exists(directory));
        client.close();
        context.socketBufferLength(1 << 20);
        open(MediaKind.UDP);
        assertTrue(Files.exists(directory));
        client.close();
        assertFalse(Files.exists(directory));
        Files.delete(parent);
    }

    private static List<String> describe(final byte[] message)
    {
        final TxnRequestDecoder txn = new TxnRequestDecoder().wrapAndApplyHeader(new UnsafeBuffer(message), 0, new MessageHeaderDecoder());
        final List<String> told = new ArrayList<>();
        for (final TxnRequestDecoder.ComparesDecoder compare : txn.compares())
        {
            final byte[] key = new byte[compare.keyLength()];
            compare.getKey(key, 0, key.length);
            told.add("compare " + new String(key, UTF_8) + " of " + compare.txnIndex() + ": " + compare.target() + " " + compare.result() +
                " " + compare.operand());
            compare.skipRangeEnd();
            compare.skipValue();
        }
        for (final TxnRequestDecoder.OpsDecoder op : txn.ops())
        {
            final byte[] key = new byte[op.keyLength()];
            op.getKey(key, 0, key.length);
            told.add(op.kind() + " " + new String(key, UTF_8) + " depth " + op.depth() + " " + op.branch());
            op.skipRangeEnd();
            op.skipValue();
        }
        return told;
    }

    private static byte[] chunk(final long sessionId, final long id, final int pieceOffset, final int totalLength)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[200]);
        final io.tourbillon.codecs.client.ChunkEncoder chunk = new io.tourbillon.codecs.client.ChunkEncoder()
            .wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.client.MessageHeaderEncoder());
        chunk.request().sessionId(sessionId);
        chunk.chunkedId(id).pieceOffset(pieceOffset).totalLength(totalLength).putPiece(new byte[50], 0, 50);
        final byte[] bytes = new byte[MessageHeaderDecoder.ENCODED_LENGTH + chunk.encodedLength()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private void open(final MediaKind kind)
    {
        client = TourbillonClient.launch(context.mediaKind(kind).errorHandler(failures::add));
        connection = client.connect(kind == MediaKind.IPC ? node.ipcEndpoint() : node.udpEndpoint(), this::onState);
        session = connection.openSession(recorder);
        await(session::isOpen);
    }

    private void onState(final ClientConnection from, final ConnectionState former, final ConnectionState next, final String reason)
    {
        reasons.add(former + " -> " + next + ": " + reason);
    }

    private long watchAll(final String prefix, final long startRevision)
    {
        final UnsafeBuffer key = utf8(prefix);
        final UnsafeBuffer end = utf8(prefix.substring(0, prefix.length() - 1) + (char)(prefix.charAt(prefix.length() - 1) + 1));
        return session.watch(key, 0, key.capacity(), end, 0, end.capacity(), startRevision, 0);
    }

    private long put(final String key, final String value)
    {
        return session.put(utf8(key), 0, key.length(), utf8(value), 0, value.length());
    }

    private void await(final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            if (client.poll() == 0)
            {
                Thread.yield();
            }
            if (deadlineNs - System.nanoTime() < 0)
            {
                throw new AssertionError("waited in vain; " + reasons.subList(0, Math.min(reasons.size(), 12)) + "; " + recorder.events +
                " " + failures.subList(0, Math.min(failures.size(), 3)) +
                    LongStream.of(connection.counters().stray(), connection.counters().malformed()).boxed().toList(), node.failure);
            }
        }
    }

    private static UnsafeBuffer utf8(final String text)
    {
        return new UnsafeBuffer(text.getBytes(UTF_8));
    }
}
