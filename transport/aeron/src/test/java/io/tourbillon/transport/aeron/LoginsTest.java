package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.LoginProofEncoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpenSessionEncoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;
import io.tourbillon.mvcc.TestUsers;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The node's side of a login, message by message. */
@Timeout(60)
class LoginsTest
{
    private static final byte[] CLIENT_NONCE = "the client's own".replace(' ', '-').getBytes(UTF_8);
    private static final int CONNECTION_TIMEOUT_MS = 1_500;
    private static final int SESSIONS_MAX = Logins.CONNECTION_MAX + 2;

    /** What a node has answered to a name. */
    private record Challenge(byte[] name, byte[] nonce, byte[] salt, int iterations)
    {
        byte[] proof(final String password)
        {
            return Scram.clientProof(Scram.clientKey(Scram.saltedPassword(password.toCharArray(), salt, iterations)), authMessage());
        }

        byte[] authMessage()
        {
            return Scram.authMessage(name, CLIENT_NONCE, nonce, salt, iterations);
        }
    }

    @TempDir
    Path directory;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final TestUsers users = new TestUsers().with("root", 3, "secret").with("ann", 7, "pencil").with("front", 9, "");
    private EchoServer server;
    private RawClient client;

    @BeforeEach
    void start()
    {
        server = new EchoServer(TestConfig.in(directory)
            .set(NodeOption.KEEP_ALIVE_MS, "400")
            .set(NodeOption.CONNECTION_TIMEOUT_MS, Integer.toString(CONNECTION_TIMEOUT_MS))
            .set(NodeOption.MAX_SESSIONS, Integer.toString(SESSIONS_MAX)));
        server.auth = users.auth();
        client = new RawClient(server.driver.directory().toString()).connect();
    }

    @AfterEach
    void close()
    {
        client.close();
        server.close();
    }

    private void open(final String name, final long correlationId)
    {
        final OpenSessionEncoder open = new OpenSessionEncoder();
        open.wrapAndApplyHeader(client.buffer, 0, client.header).eventCredit(1 << 20).userName(name)
            .putProof(CLIENT_NONCE, 0, CLIENT_NONCE.length);
        RawClient.head(open.request(), 0, correlationId);
        client.send(open.encodedLength());
    }

    private Challenge challenge(final String name, final long correlationId)
    {
        open(name, correlationId);
        final LoginChallengeDecoder message = new LoginChallengeDecoder()
            .wrapAndApplyHeader(client.await(LoginChallengeDecoder.TEMPLATE_ID), 0, header);
        assertEquals(correlationId, message.reply().correlationId());
        final int iterations = (int)message.iterations();
        final byte[] nonce = new byte[message.nonceLength()];
        message.getNonce(nonce, 0, nonce.length);
        final byte[] salt = new byte[message.saltLength()];
        message.getSalt(salt, 0, salt.length);
        return new Challenge(name.getBytes(UTF_8), nonce, salt, iterations);
    }

    private void prove(final Challenge challenge, final byte[] proof, final long correlationId)
    {
        final LoginProofEncoder message = new LoginProofEncoder().wrapAndApplyHeader(client.buffer, 0, client.header);
        RawClient.head(message.request(), 0, correlationId);
        message.putNonce(challenge.nonce(), 0, challenge.nonce().length).putProof(proof, 0, proof.length);
        client.send(message.encodedLength());
    }

    /** The node's proof. */
    private byte[] awaitOpened(final long correlationId)
    {
        final UnsafeBuffer opened = client.await(SessionOpenedDecoder.TEMPLATE_ID);
        final SessionOpenedDecoder message = new SessionOpenedDecoder().wrapAndApplyHeader(opened, 0, header);
        assertEquals(correlationId, message.reply().correlationId());
        final byte[] proof = new byte[message.proofLength()];
        message.getProof(proof, 0, proof.length);
        client.put(message.reply().sessionId(), 99, 10);
        client.await(PutReplyDecoder.TEMPLATE_ID);
        return proof;
    }

    private void assertRefused(final long correlationId)
    {
        assertEquals(ErrorCode.AUTH_FAILED.number(), client.awaitError(correlationId));
    }

    @Test
    void shouldOpenASessionWithTheUsersCredentialAndProveItselfInTurn()
    {
        final Challenge challenge = challenge("ann", 10);
        assertTrue(challenge.nonce().length >= CLIENT_NONCE.length + 24);
        prove(challenge, challenge.proof("pencil"), 10);
        final byte[] serverKey = Scram.serverKey(Scram.saltedPassword("pencil".toCharArray(), challenge.salt(), challenge.iterations()));
        assertArrayEquals(Scram.serverSignature(serverKey, challenge.authMessage()), awaitOpened(10));
        assertEquals(7, server.lastCredential);
        client.put(client.openSession(), 100, 10);
        client.await(PutReplyDecoder.TEMPLATE_ID);
        assertEquals(0, server.lastCredential, "who does not log in is nobody");
        assertEquals(1, server.counters.logins.getAcquire());
    }

    @Test
    void shouldTakeAProofOnceForItsOwnNonceAndOfTheRightPasswordAlone()
    {
        final Challenge first = challenge("ann", 10);
        prove(first, first.proof("pen"), 10);
        assertRefused(10);
        prove(first, first.proof("pencil"), 10);
        assertRefused(10);
        final Challenge second = challenge("ann", 11);
        final Challenge third = challenge("ann", 12);
        assertFalse(Arrays.equals(second.nonce(), third.nonce()));
        prove(third, second.proof("pencil"), 12);
        assertRefused(12);
        prove(third, second.proof("pencil"), 11);
        assertRefused(11);
        final Challenge fourth = challenge("ann", 13);
        prove(fourth, fourth.proof("pencil"), 13);
        awaitOpened(13);
        prove(fourth, fourth.proof("pencil"), 13);
        assertRefused(13);
        final Challenge fifth = challenge("ann", 14);
        prove(fifth, new byte[1], 14);
        assertRefused(14);
    }

    /** Whoever asks, for whatever name: the same messages, salts that stay the same and differ from name to name. */
    @Test
    void shouldNotTellWhichNamesThereAre()
    {
        final Set<String> salts = new HashSet<>();
        long correlationId = 20;
        for (final String name : new String[]{"ann", "front", "nobody", "somebody"})
        {
            final Challenge challenge = challenge(name, correlationId++);
            final Challenge again = challenge(name, correlationId++);
            assertEquals(Scram.ITERATIONS, challenge.iterations());
            assertEquals(Scram.SALT_LENGTH, challenge.salt().length);
            assertArrayEquals(challenge.salt(), again.salt(), name);
            assertTrue(salts.add(Arrays.toString(challenge.salt())), name);
            if (!name.equals("ann"))
            {
                prove(challenge, challenge.proof(name), correlationId - 2);
                assertRefused(correlationId - 2);
            }
        }
    }

    @Test
    void shouldRefuseAProofOfAPasswordThatWasChangedMeanwhile()
    {
        final Challenge challenge = challenge("ann", 10);
        server.auth = users.with("ann", 8, "pencil").auth();
        prove(challenge, challenge.proof("pencil"), 10);
        assertRefused(10);
    }

    @Test
    void shouldBoundLoginsThatAreUnderWayInNumberAndTime()
    {
        for (int i = 0; i < Logins.CONNECTION_MAX; i++)
        {
            open("ann", 100 + i);
        }
        open("ann", 99);
        assertEquals(ErrorCode.TOO_MANY_LOGINS.number(), client.awaitError(99));
        awaitGivenUp(Logins.CONNECTION_MAX);
        assertEquals(Logins.CONNECTION_MAX + 1, server.counters.loginsGivenUp.getAcquire());
        final Challenge challenge = challenge("ann", 98);
        prove(challenge, challenge.proof("pencil"), 98);
        awaitOpened(98);
    }

    /** The connection itself is kept alive meanwhile. */
    private void awaitGivenUp(final int wantedCount)
    {
        final int[] count = {0};
        final long[] nextNs = {System.nanoTime()};
        Await.until("all of them to be given up", () ->
        {
            if (nextNs[0] - System.nanoTime() <= 0)
            {
                nextNs[0] += TimeUnit.MILLISECONDS.toNanos(CONNECTION_TIMEOUT_MS / 4);
                client.put(12345, 1, 1);
            }
            client.poll();
            final UnsafeBuffer message = client.received.poll();
            if (message != null && header.wrap(message, 0).templateId() == ErrorReplyDecoder.TEMPLATE_ID &&
                new ErrorReplyDecoder().wrapAndApplyHeader(message, 0, header).code() == ErrorCode.TIMEOUT.number())
            {
                assertTrue(RawClient.reply(message).correlationId() >= 100);
                count[0]++;
            }
            return count[0] == wantedCount;
        });
    }

    @Test
    void shouldMakeWhoGuessesWaitAndNobodyElse()
    {
        final long startNs = System.nanoTime();
        Challenge own = null;
        for (int i = 0; i < 6; i++)
        {
            own = i < 5 ? null : challenge("ann", 25);
            final Challenge challenge = challenge("ann", 10 + i);
            prove(challenge, new byte[Scram.KEY_LENGTH], 10 + i);
            assertRefused(10 + i);
        }
        final long guessedNs = System.nanoTime() - startNs;
        assertTrue(guessedNs >= TimeUnit.MILLISECONDS.toNanos(50 + 100 + 200 + 400 + 800), "six guesses in " + guessedNs + " ns");
        prove(own, own.proof("pencil"), 25);
        final Challenge other = challenge("root", 30);
        prove(other, other.proof("secret"), 30);
        awaitOpened(30);
        keepAliveUntil(SessionOpenedDecoder.TEMPLATE_ID); // longer than the time in which a proof must come
        awaitOpened(25);
        assertEquals(6, server.counters.loginsFailed.getAcquire());
        assertEquals(0, server.counters.loginsGivenUp.getAcquire());
    }

    private void keepAliveUntil(final int templateId)
    {
        final long[] nextNs = {System.nanoTime()};
        Await.until("a message of template " + templateId, () ->
        {
            if (nextNs[0] - System.nanoTime() <= 0)
            {
                nextNs[0] += TimeUnit.MILLISECONDS.toNanos(CONNECTION_TIMEOUT_MS / 4);
                client.put(12345, 1, 1);
            }
            client.poll();
            return client.received.stream().anyMatch(message -> header.wrap(message, 0).templateId() == templateId);
        });
    }

    /** What a connection says beyond one proof for a name is refused while that waits; another's right proof goes before guessers'. */
    @Test
    void shouldLetARightProofInHoweverManyWrongOnesAnotherConnectionSays()
    {
        final RawClient first = client;
        try (RawClient second = new RawClient(server.driver.directory().toString()).connect();
            RawClient other = new RawClient(server.driver.directory().toString()).connect())
        {
            guessRoot(first, 10);
            guessRoot(first, 11);
            guessRoot(first, 12);
            guessRoot(first, 13);
            final Challenge[] guesses = new Challenge[10];
            for (int i = 0; i < guesses.length; i++)
            {
                guesses[i] = challenge("root", 100 + i);
            }
            guessRoot(second, 14); // the name pauses for 800 ms
            final Challenge seconds = challenge("root", 15);
            client = other;
            final Challenge own = challenge("root", 21);
            client = first;
            for (int i = 0; i < guesses.length; i++)
            {
                prove(guesses[i], new byte[Scram.KEY_LENGTH], 100 + i);
            }
            for (int i = 1; i < guesses.length; i++)
            {
                assertEquals(ErrorCode.TOO_MANY_LOGINS.number(), first.awaitError(100 + i));
            }
            client = second;
            prove(seconds, new byte[Scram.KEY_LENGTH], 15);
            client = other;
            prove(own, own.proof("secret"), 21);
            awaitOpened(21);
            assertTrue(server.counters.loginsFailed.getAcquire() <= 6, "guesses were judged before it");
        }
        finally
        {
            client = first;
        }
    }

    private void guessRoot(final RawClient guesser, final long correlationId)
    {
        client = guesser;
        final Challenge challenge = challenge("root", correlationId);
        prove(challenge, new byte[Scram.KEY_LENGTH], correlationId);
        assertRefused(correlationId);
    }

    @Test
    void shouldTakeALoginOfEachConnectionHoweverManyAreUnderWay()
    {
        final RawClient first = client;
        try (RawClient second = new RawClient(server.driver.directory().toString()).connect();
            RawClient third = new RawClient(server.driver.directory().toString()).connect())
        {
            for (int i = 1; i < Logins.CONNECTION_MAX; i++)
            {
                open("ann", 100 + i);
            }
            open("ann", 100);
            long last;
            do
            {
                last = RawClient.reply(first.await(LoginChallengeDecoder.TEMPLATE_ID)).correlationId();
            }
            while (last != 100);
            client = second;
            for (int i = Logins.CONNECTION_MAX; i < EchoServer.LOGINS_MAX; i++)
            {
                open("ann", 100 + i);
            }
            open("ann", 99);
            assertEquals(ErrorCode.TOO_MANY_LOGINS.number(), second.awaitError(99));
            client = third;
            final Challenge own = challenge("ann", 10);
            open("ann", 11);
            assertEquals(ErrorCode.TOO_MANY_LOGINS.number(), third.awaitError(11));
            prove(own, own.proof("pencil"), 10);
            awaitOpened(10);
        }
        finally
        {
            client = first;
        }
    }

    @Test
    void shouldRefuseALoginAtOnceOnAConnectionThatHasAllItsSessions()
    {
        for (int i = 0; i < SESSIONS_MAX; i++)
        {
            client.openSession();
        }
        open("ann", 10);
        assertEquals(ErrorCode.TOO_MANY_SESSIONS.number(), client.awaitError(10));
    }

    @Test
    void shouldRefuseNoncesAndNamesThatAreNone()
    {
        final OpenSessionEncoder open = new OpenSessionEncoder();
        open.wrapAndApplyHeader(client.buffer, 0, client.header).eventCredit(0).userName("ann").putProof(new byte[20], 0, 20);
        RawClient.head(open.request(), 0, 30);
        client.send(open.encodedLength());
        assertEquals(ErrorCode.MALFORMED.number(), client.awaitError(30));
        open("x".repeat(1025), 31);
        assertEquals(ErrorCode.MALFORMED.number(), client.awaitError(31));
        challenge("ann", 32);
        open("ann", 32);
        assertEquals(ErrorCode.MALFORMED.number(), client.awaitError(32));
        prove(new Challenge(new byte[0], new byte[0], new byte[0], 1), new byte[0], 33);
        assertRefused(33);
    }
}
