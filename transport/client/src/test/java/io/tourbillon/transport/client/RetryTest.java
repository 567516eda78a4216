package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Writes that are remembered are sent again while their outcome is unknown, and only then. */
@Timeout(60)
class RetryTest
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final AtomicInteger PORTS = new AtomicInteger(24_000 + new Random().nextInt(2_000));

    private final int port = PORTS.addAndGet(10);
    private final Recorder recorder = new Recorder();
    private final ClientContext context = new ClientContext().requestTimeoutMs(5_000).connectTimeoutMs(2_000).mediaKind(MediaKind.IPC);
    private final List<Throwable> failures = new ArrayList<>();
    private final FakeNode node = FakeNode.start(port);
    private TourbillonClient client;
    private ClientConnection connection;
    private ClientSession session;

    @AfterEach
    void close()
    {
        client.close();
        node.close();
        assertNull(node.failure);
        assertEquals(List.of(), failures);
    }

    private void open()
    {
        node.store.remembers = true;
        client = TourbillonClient.launch(context.errorHandler(failures::add));
        connection = client.connect(node.ipcEndpoint(), (from, former, next, reason) -> { });
        session = connection.openSession(recorder);
        await(session::isOpen);
    }

    private long put(final String key)
    {
        return session.put(new UnsafeBuffer(key.getBytes(UTF_8)), 0, key.length(), new UnsafeBuffer(0, 0), 0, 0);
    }

    private void fate(final boolean applies, final ErrorCode error)
    {
        node.store.fates.add(new FakeStore.Fate(applies, error, error == null));
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
            assertTrue(deadlineNs - System.nanoTime() > 0, () -> "waited in vain: " + connection.reason() +
                "; unknown " + recorder.unknown + ", errors " + recorder.errors + ", retries " + connection.counters().retries());
        }
    }

    @Test
    void shouldSendAgainAfterALostConnectionWhatNobodyAnswered()
    {
        open();
        fate(true, null);
        fate(false, null);
        final long first = put("a");
        final long second = put("b");
        final long third = put("c");
        await(() -> recorder.puts.equals(List.of(third)));
        node.dropConnections();

        await(() -> recorder.puts.size() == 3);
        assertEquals(List.of(third, first, second), recorder.puts);
        assertEquals(List.of(), recorder.unknown);
        assertEquals(4, node.store.revision, "each was applied once");
        assertEquals(0, session.inFlightCount());
        assertEquals(2, connection.counters().retries());
        assertEquals(2, recorder.opens);
    }

    @Test
    void shouldSendAgainWhatANodeCallsUnknownOrRefusesForAChangeOfLeaders()
    {
        open();
        fate(true, ErrorCode.TIMEOUT);
        fate(false, ErrorCode.NO_LEADER);
        fate(false, ErrorCode.LEADER_CHANGED);
        final long id = put("a");
        await(() -> recorder.puts.size() == 1);

        assertEquals(List.of(id), recorder.puts);
        assertEquals(List.of(), recorder.errors);
        assertEquals(2, node.store.revision);
    }

    @Test
    void shouldTellAtOnceWhatIsRefusedAtFirst()
    {
        open();
        fate(false, ErrorCode.NO_LEADER);
        put("a");
        await(() -> recorder.errors.size() == 1);
        assertEquals(List.of(ErrorCode.NO_LEADER.number()), recorder.errors);
        assertEquals(0, connection.counters().retries());
    }

    @Test
    void shouldCallUnknownWhatIsNotAnsweredInTime()
    {
        context.requestTimeoutMs(300);
        open();
        for (int i = 0; i < 100; i++)
        {
            fate(true, ErrorCode.TIMEOUT);
        }
        final long id = put("a");
        await(() -> recorder.unknown.size() == 1);
        assertEquals(List.of(id), recorder.unknown);
        assertEquals(List.of(), recorder.puts);
        assertEquals(0, session.inFlightCount());
    }

    @Test
    void shouldCallUnknownInTimeWhatWaitsForAConnectionThatDoesNotCome()
    {
        context.requestTimeoutMs(500);
        open();
        fate(true, null);
        final long id = put("a");
        node.isFrozen = true;
        await(() -> recorder.unknown.size() == 1);
        assertEquals(List.of(id), recorder.unknown);
    }

    @Test
    void shouldHoldLaterWritesBackUntilEarlierOnesAreSentAgain()
    {
        open();
        fate(false, ErrorCode.LEADER_CHANGED);
        put("a");
        await(() -> node.store.fates.isEmpty() && put("b") == ClientResult.BACK_PRESSURED || recorder.puts.size() > 1);
        await(() -> put("c") > 0);
        await(() -> session.inFlightCount() == 0);
        final List<String> keys = new ArrayList<>();
        node.call(() -> node.store.history.forEach(change -> keys.add(change.key())));
        assertTrue(keys.indexOf("a") < keys.indexOf("c"), keys::toString);
    }

    @Test
    void shouldOpenAnotherClientWhenItsOwnIsForgotten()
    {
        open();
        node.call(() -> node.store.clients.clear());
        put("a");
        await(() -> recorder.errors.size() == 1);
        assertEquals(List.of(ErrorCode.CLIENT_FORGOTTEN.number()), recorder.errors, "nothing was written");
        final List<Long> clients = new ArrayList<>();
        await(() ->
        {
            node.call(() -> clients.addAll(node.store.clients));
            return !clients.isEmpty();
        });
        await(() -> session.retries.clientId() == 2);
        fate(true, null);
        put("b");
        await(() -> node.store.fates.isEmpty());
        node.dropConnections();
        await(() -> recorder.puts.size() == 1);
        assertEquals(2, node.store.revision);
    }

    @Test
    void shouldCallUnknownWhatAForgottenClientHadSentBefore()
    {
        open();
        fate(true, null);
        put("a");
        await(() -> node.store.fates.isEmpty());
        node.call(() -> node.store.clients.clear());
        node.dropConnections();
        await(() -> recorder.unknown.size() == 1);
        assertEquals(List.of(), recorder.errors);
    }

    /** A node that asks its users since a moment ago, or takes less than the one before, has not looked whether the write was done. */
    @Test
    void shouldCallUnknownWhatWasRefusedUnseenWhenItCameAgain()
    {
        open();
        for (final ErrorCode refusal : new ErrorCode[]{ErrorCode.USER_EMPTY, ErrorCode.INVALID_AUTH_TOKEN, ErrorCode.TOO_MANY_OPS})
        {
            fate(false, refusal);
            put("b");
            await(() -> recorder.errors.size() == 1);
            assertEquals(List.of(refusal.number()), recorder.errors, "nothing of it was done");
            recorder.errors.clear();
            fate(true, null);
            fate(false, refusal);
            put("a");
            await(() -> node.store.fates.size() == 1);
            node.dropConnections();
            await(() -> recorder.unknown.size() == 1);
            recorder.unknown.clear();
            await(session::isOpen);
        }
        assertEquals(List.of(), recorder.errors);
    }

    @Test
    void shouldHaveNoMoreNumbersUnansweredThanAreRemembered()
    {
        node.store.outcomesMax = 16;
        open();
        for (int i = 0; i < 16; i++)
        {
            fate(true, i == 0 ? null : ErrorCode.TIMEOUT);
            assertTrue(put("k" + i) > 0);
        }
        assertEquals(ClientResult.TOO_MANY_IN_FLIGHT, put("one more"));
        await(() -> recorder.puts.size() == 15);
        assertEquals(ClientResult.TOO_MANY_IN_FLIGHT, put("one more"), "the first is still unanswered");
        node.dropConnections();
        await(() -> recorder.puts.size() == 16);
        await(() -> put("one more") > 0);
        await(() -> recorder.puts.size() == 17);
        assertEquals(18, node.store.revision);
    }

    @Test
    void shouldNotKeepWhatIsTooLongForItsBuffer()
    {
        context.retryBufferBytes(4_096);
        open();
        fate(true, null);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[5_000]);
        session.put(value, 0, 1, value, 0, value.capacity());
        await(() -> node.store.fates.isEmpty());
        node.dropConnections();
        await(() -> recorder.unknown.size() == 1);
        assertEquals(0, connection.counters().retries());
    }

    @Test
    void shouldDoWithoutWhereNobodyRemembers()
    {
        node.store.remembers = false;
        client = TourbillonClient.launch(context.errorHandler(failures::add));
        connection = client.connect(node.ipcEndpoint(), (from, former, next, reason) -> { });
        session = connection.openSession(recorder);
        await(session::isOpen);
        fate(true, null);
        put("a");
        await(() -> node.store.fates.isEmpty());
        node.dropConnections();
        await(() -> recorder.unknown.size() == 1);
    }

    @Test
    void shouldDoWithoutForWhoWantsNothingRemembered()
    {
        client = TourbillonClient.launch(context.errorHandler(failures::add));
        connection = client.connect(node.ipcEndpoint(), (from, former, next, reason) -> { });
        session = connection.openSession(recorder);
        session.disclaimWrites();
        await(session::isOpen);
        fate(true, null);
        put("a");
        await(() -> node.store.fates.isEmpty());
        node.dropConnections();
        await(() -> recorder.unknown.size() == 1);
    }
}
