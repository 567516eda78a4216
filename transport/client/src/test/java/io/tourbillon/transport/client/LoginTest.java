package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Scram;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Logins as the client makes them. */
@Timeout(60)
class LoginTest
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final AtomicInteger PORTS = new AtomicInteger(21_000 + new Random().nextInt(2_000));

    private final FakeNode node = FakeNode.start(PORTS.addAndGet(10));
    private final Recorder recorder = new Recorder();
    private final List<Throwable> failures = new ArrayList<>();
    private final AtomicInteger askedCount = new AtomicInteger();
    private final ClientContext context = new ClientContext().requestTimeoutMs(2_000).errorHandler(failures::add);
    private volatile String password = "pencil";
    private TourbillonClient client;
    private ClientConnection connection;
    private ClientSession session;

    @BeforeEach
    void addUser()
    {
        node.users.passwords.put("ann", "pencil");
    }

    @AfterEach
    void close()
    {
        if (null != client)
        {
            client.close();
        }
        node.close();
        assertNull(node.failure);
    }

    private void open()
    {
        open(UserPassword.of("ann", () ->
        {
            askedCount.incrementAndGet();
            return password.toCharArray();
        }));
    }

    private void open(final UserPassword user)
    {
        context.user(user);
        client = TourbillonClient.launch(context);
        connection = client.connect(node.ipcEndpoint(), (ignore, from, to, reason) -> { });
        session = connection.openSession(recorder);
    }

    private void await(final BooleanSupplier condition)
    {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean())
        {
            assertTrue(System.nanoTime() - startNs < DEADLINE_NS, "waited in vain");
            if (client.poll() == 0)
            {
                Thread.yield();
            }
        }
    }

    private long put(final String key)
    {
        final byte[] bytes = key.getBytes(UTF_8);
        return session.put(new UnsafeBuffer(bytes), 0, bytes.length, new UnsafeBuffer(bytes), 0, bytes.length);
    }

    @Test
    void shouldLogInAndDeriveTheKeysOnceForAllSessionsAndReconnects()
    {
        open();
        final ClientSession other = connection.openSession(new Recorder());
        await(() -> session.isOpen() && other.isOpen());
        assertTrue(put("a") > 0);
        await(() -> recorder.puts.size() == 1);
        node.dropConnections();
        await(() -> recorder.closes.size() == 1);
        await(() -> session.isOpen() && other.isOpen());
        assertEquals(4, node.users.proofCount);
        assertEquals(1, askedCount.get());
        assertEquals(List.of(), failures);
    }

    @Test
    void shouldTellOfARefusedLoginAndTakeAnotherPasswordLater()
    {
        password = "pen";
        open();
        await(() -> recorder.closes.size() == 1);
        assertEquals(List.of(ErrorCode.AUTH_FAILED.number()), recorder.closes);
        assertFalse(session.isOpen());
        assertEquals(ClientResult.NOT_CONNECTED, put("a"));
        final long refusedNs = System.nanoTime();
        password = "pencil";
        await(session::isOpen);
        assertTrue(System.nanoTime() - refusedNs > TimeUnit.MILLISECONDS.toNanos(800), "nobody is hammered with a wrong password");
        assertEquals(2, node.users.proofCount);
        assertEquals(2, askedCount.get());
    }

    @Test
    void shouldNotTakeASessionFromWhoDoesNotKnowThePassword()
    {
        node.users.isImpostor = true;
        open();
        await(() -> recorder.closes.size() == 1 && node.lastConnection().closedSessions.size() == 1);
        assertEquals(List.of(ErrorCode.AUTH_FAILED.number()), recorder.closes);
        assertEquals(0, recorder.opens);
        assertTrue(failures.get(0).getMessage().contains("ann"), failures::toString);
        assertFalse(failures.toString().contains("pencil"));
    }

    @Test
    void shouldProveNothingForAnOldNonceOrFewIterations()
    {
        node.users.isOldNonce = true;
        context.connectTimeoutMs(200);
        open();
        await(() -> node.users.challengeCount > 0 && connection.counters().stray() > 0);
        node.users.isOldNonce = false;
        node.users.iterations = 4095;
        final int count = node.users.challengeCount;
        await(() -> node.users.challengeCount > count);
        assertEquals(0, node.users.proofCount);
        assertEquals(0, askedCount.get(), "the password was not even asked for");
    }

    @Test
    void shouldLogInAgainOnceWhatItHadLoggedInWithIsDead()
    {
        open();
        await(session::isOpen);
        session.watch(new UnsafeBuffer("w".getBytes(UTF_8)), 0, 1, new UnsafeBuffer(0, 0), 0, 0, 0, 0);
        await(() -> recorder.watchesCreated.size() == 1);
        node.users.deadSessions.add(session.sessionId());
        assertTrue(put("a") > 0);
        await(() -> recorder.errors.size() == 1);
        assertEquals(ErrorCode.INVALID_AUTH_TOKEN.number(), recorder.errors.get(0));
        await(() -> session.isOpen() && recorder.watchesCreated.size() == 2);
        assertEquals(List.of(ErrorCode.INVALID_AUTH_TOKEN.number()), recorder.closes);
        assertTrue(put("w") > 0);
        await(() -> recorder.puts.size() == 1 && recorder.events.size() == 1);
        assertEquals(1, askedCount.get());
        assertEquals(1, node.lastConnection().closedSessions.size(), "the dead one is closed");
    }

    /** What is said of the session before that is of no watch that the node has ended: else it would go on behind a gap. */
    @Test
    void shouldGoOnWhereItWasWithAWatchThatEndedWithItsCredential()
    {
        open();
        await(session::isOpen);
        final long watch = session.watch(new UnsafeBuffer("w".getBytes(UTF_8)), 0, 1, new UnsafeBuffer(0, 0), 0, 0, 0, 0);
        await(() -> recorder.watchesCreated.size() == 1);
        assertTrue(session.isWatchCreated(watch));
        final long sessionId = session.sessionId();
        node.store.fates.add(new FakeStore.Fate(false, null, true));
        session.requestTimeoutMs(300);
        assertTrue(put("unanswered") > 0, "as long as it waits, the session is not opened anew");
        node.call(() ->
        {
            node.lastConnection().endWatch(sessionId, 0, watch, ErrorCode.INVALID_AUTH_TOKEN.number());
            node.lastConnection().progress(sessionId, 0, 1_000);
        });
        await(() -> recorder.progressRevision == 1_000);
        assertFalse(session.isWatchCreated(watch));
        await(() -> recorder.watchesCreated.size() == 2);
        assertTrue(session.isWatchCreated(watch));
        final List<Long> starts = new ArrayList<>();
        node.call(() -> starts.addAll(node.lastConnection().startRevisions));
        assertEquals(List.of(0L, 2L), starts);
        assertEquals(List.of(), recorder.watchesCanceled);
    }

    @Test
    void shouldSendARefusedRequestOfTheComfortableFaceOnceMore()
    {
        final ClientOptions options = new ClientOptions().endpoint(node.ipcEndpoint()).user("ann", "pencil".toCharArray());
        try (TourbillonAsyncClient comfortable = TourbillonAsyncClient.connect(options))
        {
            comfortable.put("a", "1").join();
            node.call(() -> node.users.deadSessions.add(node.lastConnection().lastSessionId()));
            comfortable.put("b", "2").join();
            assertEquals("2", comfortable.get("b").join().first().valueText());
        }
    }

    /** It is applied and not answered, the connection is lost, and what the next session logs in with dies before the write comes again. */
    @Test
    void shouldSendAWriteAgainUnderItsNumberWhenTheCredentialDiesBeforeThat()
    {
        context.requestTimeoutMs(15_000);
        node.store.remembers = true;
        open();
        await(session::isOpen);
        loseTheAnswerToAPut();
        node.users.deadOpenings = 2;
        node.dropConnections();
        await(() -> recorder.puts.size() == 1);
        assertEquals(List.of(), recorder.errors);
        assertEquals(List.of(), recorder.unknown);
        assertEquals(2, node.store.revision, "it was applied once");
        await(session::isOpen);
        final int dead = ErrorCode.INVALID_AUTH_TOKEN.number();
        assertEquals(List.of(dead, dead), recorder.closes.subList(1, recorder.closes.size()), "after the connection's own end");
    }

    @Test
    void shouldNotSayOfAWriteThatNothingHappenedWhenItsSessionCannotLogInAgain()
    {
        context.requestTimeoutMs(1_000);
        node.store.remembers = true;
        open();
        await(session::isOpen);
        loseTheAnswerToAPut();
        node.users.deadOpenings = 1;
        node.users.onDeadOpening = () -> node.users.passwords.put("ann", "another");
        node.dropConnections();
        await(() -> recorder.unknown.size() == 1);
        assertEquals(List.of(), recorder.errors);
        assertEquals(List.of(), recorder.puts);
    }

    private void loseTheAnswerToAPut()
    {
        node.store.fates.add(new FakeStore.Fate(true, null, true));
        assertTrue(put("a") > 0);
        await(() -> node.store.fates.isEmpty());
    }

    @Test
    void shouldNotApplyAWriteOfTheComfortableFaceTwiceWhenTheCredentialDiesBeforeItGoesAgain()
    {
        node.store.remembers = true;
        final ClientOptions options = new ClientOptions().endpoint(node.ipcEndpoint()).user("ann", "pencil".toCharArray());
        try (TourbillonAsyncClient comfortable = TourbillonAsyncClient.connect(options))
        {
            comfortable.put("a", "1").join();
            node.store.fates.add(new FakeStore.Fate(true, null, true));
            final CompletableFuture<PutResult> second = comfortable.put("b", "2");
            final long deadlineNs = System.nanoTime() + DEADLINE_NS;
            while (!node.store.fates.isEmpty())
            {
                assertTrue(deadlineNs - System.nanoTime() > 0, "the put has not come");
                Thread.yield();
            }
            node.users.deadOpenings = 1;
            node.dropConnections();
            second.join();
            assertEquals(3, node.store.revision);
        }
    }

    @Test
    void shouldSayAtOnceThatTheComfortableFaceMayNotLogIn()
    {
        final ClientOptions options = new ClientOptions().endpoint(node.ipcEndpoint()).user("ann", "pen".toCharArray())
            .connectTimeout(Duration.ofSeconds(20));
        final TourbillonException error = assertThrows(TourbillonException.class, () -> TourbillonAsyncClient.connect(options));
        assertEquals(ErrorCode.AUTH_FAILED, error.code());
        assertEquals("etcdserver: authentication failed, invalid user ID or password", error.getMessage());
    }

    @Test
    void shouldTellOfKeysThatCannotBeMadeAndKeepNoPassword()
    {
        final char[] tooLong = new char[Scram.PASSWORD_LENGTH_MAX + 1];
        Arrays.fill(tooLong, 'x');
        final Error error = new Error("the agent of the passwords has died");
        final ArrayDeque<Supplier<char[]>> answers = new ArrayDeque<>();
        answers.add(() ->
        {
            throw error;
        });
        answers.add(() -> tooLong);
        context.user(UserPassword.of("ann", () -> answers.poll().get()));
        client = TourbillonClient.launch(context);
        connection = client.connect(node.ipcEndpoint(), (ignore, from, to, reason) -> { });
        session = connection.openSession(recorder);
        await(() -> failures.size() == 2);
        assertEquals(List.of(ErrorCode.AUTH_FAILED.number(), ErrorCode.AUTH_FAILED.number()), recorder.closes);
        assertSame(error, failures.get(0));
        await(() -> tooLong[0] == 0);
        assertArrayEquals(new char[tooLong.length], tooLong);
    }

    @Test
    void shouldEndASessionForGoodAndSaySoOnceWhenItsTokenIsNotTaken()
    {
        open(UserPassword.ofToken("a-token-of-nobody"));
        await(() -> recorder.closes.size() == 1);
        assertEquals(List.of(ErrorCode.INVALID_AUTH_TOKEN.number()), recorder.closes);
        assertTrue(session.isClosed());
        assertEquals(ClientResult.CLOSED, put("a"));
        final ClientSession other = connection.openSession(UserPassword.of("ann", "pencil".toCharArray()), new Recorder());
        await(other::isOpen);
        assertEquals(1, node.users.tokensRefused, "it was shown once");
        assertEquals(1, recorder.closes.size());
    }

    @Test
    void shouldShowTheSameTokenAfterAReconnectUntilItIsNotTakenAnyMore()
    {
        node.users.tokens.add("a-token");
        open(UserPassword.ofToken("a-token"));
        await(session::isOpen);
        node.dropConnections();
        await(() -> recorder.opens == 2 && session.isOpen());
        node.users.tokens.clear();
        node.dropConnections();
        await(session::isClosed);
        assertEquals(ErrorCode.INVALID_AUTH_TOKEN.number(), recorder.closes.get(2));
        assertEquals(3, recorder.closes.size(), "two lost connections, and the end");
    }

    @Test
    void shouldEndASessionForGoodWhenTheCredentialOfItsTokenDies()
    {
        node.users.tokens.add("a-token");
        open(UserPassword.ofToken("a-token"));
        await(session::isOpen);
        node.users.deadSessions.add(session.sessionId());
        assertTrue(put("a") > 0);
        await(session::isClosed);
        assertEquals(List.of(ErrorCode.INVALID_AUTH_TOKEN.number()), recorder.errors);
        assertEquals(List.of(ErrorCode.INVALID_AUTH_TOKEN.number()), recorder.closes);
        await(() -> node.lastConnection().closedSessions.size() == 1);
        assertEquals(0, node.users.tokensRefused, "it was not shown again");
    }

    @Test
    void shouldVouchForAUserByANewTicketEachTime()
    {
        open(UserPassword.vouchedFor("carol", node.users.frontSecret));
        await(session::isOpen);
        node.dropConnections();
        await(() -> recorder.opens == 2 && session.isOpen());
        node.users.deadSessions.add(session.sessionId());
        assertTrue(put("a") > 0);
        await(() -> recorder.opens == 3 && session.isOpen());
        assertEquals(3, Set.copyOf(node.users.tickets).size());
        assertEquals(0, node.users.challengeCount);
    }

    @Test
    void shouldTellOfAVouchedUserWhoIsNotTakenAndTryLater()
    {
        final byte[] wrong = node.users.frontSecret.clone();
        wrong[0] ^= 1;
        open(UserPassword.vouchedFor("carol", wrong));
        await(() -> recorder.closes.size() == 1);
        assertEquals(List.of(ErrorCode.AUTH_FAILED.number()), recorder.closes);
        assertFalse(session.isClosed());
    }

    @Test
    void shouldEndWhatTheComfortableFaceHasBegunWhenItsTokenIsNotTakenAnyMore()
    {
        node.users.tokens.add("a-token");
        final ClientOptions options = new ClientOptions().endpoint(node.ipcEndpoint()).user(UserPassword.ofToken("a-token"));
        try (TourbillonAsyncClient comfortable = TourbillonAsyncClient.connect(options))
        {
            comfortable.put("a", "1").join();
            final CompletableFuture<Void> ended = new CompletableFuture<>();
            comfortable.watch(WatchQuery.of("w"), new WatchListener()
            {
                @Override
                public void onEvents(final List<Event> events)
                {
                    ended.complete(null);
                }

                @Override
                public void onCanceled(final TourbillonException error)
                {
                    ended.completeExceptionally(error);
                }
            }).created().join();
            node.users.tokens.clear();
            node.dropConnections();
            assertEquals(ErrorCode.INVALID_AUTH_TOKEN, codeOf(ended));
            assertEquals(ErrorCode.INVALID_AUTH_TOKEN, codeOf(comfortable.get("a")));
        }
        final TourbillonException error = assertThrows(TourbillonException.class, () -> TourbillonAsyncClient.connect(options));
        assertEquals(ErrorCode.INVALID_AUTH_TOKEN, error.code());
    }

    private static ErrorCode codeOf(final CompletableFuture<?> future)
    {
        final ExecutionException failure = assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS));
        return ((TourbillonException)failure.getCause()).code();
    }

    @Test
    void shouldShowNoSecretInAnyText()
    {
        assertEquals("the user of a token", UserPassword.ofToken("a-token").toString());
        assertEquals("user ann", UserPassword.vouchedFor("ann", node.users.frontSecret).toString());
        assertEquals("user ", UserPassword.ofNode(node.users.frontSecret).toString());
        assertThrows(IllegalArgumentException.class, () -> UserPassword.ofToken(""));
        assertThrows(IllegalArgumentException.class, () -> UserPassword.vouchedFor("", node.users.frontSecret));
        assertThrows(IllegalArgumentException.class, () -> UserPassword.vouchedFor("ann", new byte[31]));
        final UserPassword user = UserPassword.of("ann", "pencil".toCharArray());
        assertEquals("user ann", user.toString());
        assertEquals("USER_ADD ann ", AuthCommand.addUser("ann", new byte[100]).toString());
        assertThrows(IllegalArgumentException.class, () -> UserPassword.of("", "x".toCharArray()));
        assertThrows(IllegalArgumentException.class, () -> UserPassword.of("ann", new char[0]));
    }
}
