package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.SessionTicket;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.AuthRequestEncoder;
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
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Sessions that are opened by a token, or by the word of a front, message by message. */
@Timeout(60)
class TicketsTest
{
    private static final byte[] CLIENT_NONCE = "the-clients-own-nonce".getBytes(UTF_8);
    private static final byte[] NONE = {};
    private static final long ROOTS = 3;
    private static final long ANNS = 7;
    private static final long TTL_MS = TimeUnit.SECONDS.toMillis(90);

    @TempDir
    Path directory;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SecureRandom random = new SecureRandom();
    private final AtomicLong nowMs = new AtomicLong(1_700_000_000_000L);
    private final TestUsers users = new TestUsers().with("root", ROOTS, "secret").with("ann", ANNS, "pencil").with("carol", 9, "");
    private EchoServer server;
    private RawClient client;
    private long lastId = 100;

    @BeforeEach
    void start()
    {
        server = new EchoServer(TestConfig.in(directory).set(NodeOption.AUTH_TOKEN_TTL, "90").epochClock(nowMs::get));
        server.auth = users.auth();
        client = new RawClient(server.driver.directory().toString()).connect();
    }

    @AfterEach
    void close()
    {
        client.close();
        server.close();
    }

    /** Correlation id of the request. */
    private long open(final String name, final byte[] proof)
    {
        final OpenSessionEncoder open = new OpenSessionEncoder();
        open.wrapAndApplyHeader(client.buffer, 0, client.header).eventCredit(1 << 20).userName(name).putProof(proof, 0, proof.length);
        RawClient.head(open.request(), 0, ++lastId);
        client.send(open.encodedLength());
        return lastId;
    }

    private long awaitOpened(final long correlationId)
    {
        final UnsafeBuffer opened = client.await(SessionOpenedDecoder.TEMPLATE_ID);
        assertEquals(correlationId, RawClient.reply(opened).correlationId());
        return RawClient.reply(opened).sessionId();
    }

    /** What a request of the session carries. */
    private long credentialOf(final long sessionId)
    {
        client.put(sessionId, ++lastId, 10);
        client.await(PutReplyDecoder.TEMPLATE_ID);
        return server.lastCredential;
    }

    private void assertRefused(final ErrorCode code, final String name, final byte[] proof)
    {
        final long failed = server.counters.loginsFailed.getAcquire();
        assertEquals(code.number(), client.awaitError(open(name, proof)));
        assertEquals(failed + 1, server.counters.loginsFailed.getAcquire());
    }

    private long logIn(final String name, final String password)
    {
        final long correlationId = open(name, CLIENT_NONCE);
        final LoginChallengeDecoder challenge = new LoginChallengeDecoder()
            .wrapAndApplyHeader(client.await(LoginChallengeDecoder.TEMPLATE_ID), 0, header);
        final int iterations = (int)challenge.iterations();
        final byte[] nonce = new byte[challenge.nonceLength()];
        challenge.getNonce(nonce, 0, nonce.length);
        final byte[] salt = new byte[challenge.saltLength()];
        challenge.getSalt(salt, 0, salt.length);
        final byte[] proof = Scram.clientProof(Scram.clientKey(Scram.saltedPassword(password.toCharArray(), salt, iterations)),
            Scram.authMessage(name.getBytes(UTF_8), CLIENT_NONCE, nonce, salt, iterations));
        final LoginProofEncoder message = new LoginProofEncoder().wrapAndApplyHeader(client.buffer, 0, client.header);
        RawClient.head(message.request(), 0, correlationId);
        message.putNonce(nonce, 0, nonce.length).putProof(proof, 0, proof.length);
        client.send(message.encodedLength());
        return awaitOpened(correlationId);
    }

    private long askForToken(final long sessionId)
    {
        final AuthRequestEncoder request = new AuthRequestEncoder().wrapAndApplyHeader(client.buffer, 0, client.header);
        RawClient.head(request.request(), sessionId, ++lastId);
        request.operation(AuthOperation.TOKEN).permission((short)0).name("").role("").putVerifier(NONE, 0, 0).putKey(NONE, 0, 0)
            .putRangeEnd(NONE, 0, 0);
        client.send(request.encodedLength());
        return lastId;
    }

    private byte[] token(final long sessionId)
    {
        final long correlationId = askForToken(sessionId);
        final AuthReplyDecoder reply = new AuthReplyDecoder().wrapAndApplyHeader(client.await(AuthReplyDecoder.TEMPLATE_ID), 0, header);
        assertEquals(correlationId, reply.reply().correlationId());
        assertTrue(reply.flags().last());
        final AuthReplyDecoder.NamesDecoder names = reply.names();
        assertEquals(1, names.count());
        return names.next().name().getBytes(US_ASCII);
    }

    private byte[] vouched(final byte[] secret, final String name)
    {
        return SessionTicket.vouched(secret, name.getBytes(UTF_8), nowMs.get() + SessionTicket.VOUCHED_TTL_MS, random);
    }

    // ---- tokens

    @Test
    void shouldOpenSessionsOfWhoHasLoggedInByItsToken()
    {
        final byte[] token = token(logIn("ann", "pencil"));
        assertEquals(ANNS, credentialOf(awaitOpened(open("", token))));
        try (RawClient other = new RawClient(server.driver.directory().toString()).connect())
        {
            final RawClient first = client;
            client = other;
            assertEquals(ANNS, credentialOf(awaitOpened(open("", token))));
            client = first;
        }
        assertEquals(3, server.counters.logins.getAcquire());
        assertEquals(0, server.counters.loginsFailed.getAcquire());
    }

    @Test
    void shouldRefuseATokenOnceItsTimeIsOver()
    {
        final byte[] token = token(logIn("ann", "pencil"));
        assertEquals(nowMs.get() + TTL_MS, SessionTicket.expiryMs(new String(token, US_ASCII)));
        nowMs.addAndGet(TTL_MS - 1);
        awaitOpened(open("", token));
        nowMs.incrementAndGet();
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", token);
    }

    @Test
    void shouldRefuseATokenThatWasChangedCutOffOrMadeByAnother()
    {
        final byte[] token = token(logIn("ann", "pencil"));
        for (int i = 0; i < token.length; i++)
        {
            final byte[] changed = token.clone();
            changed[i] ^= (byte)(1 << i % 7);
            assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", changed);
        }
        for (int length = 1; length < token.length; length++)
        {
            assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", Arrays.copyOf(token, length));
        }
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", Arrays.copyOf(token, 1000));
        for (final byte[] secret : new byte[][]{EchoServer.OWN_TOKEN, EchoServer.FRONT_KEY, new byte[32]})
        {
            assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", SessionTicket.token(secret, ROOTS, 1, nowMs.get() + TTL_MS, random));
        }
        awaitOpened(open("", token));
    }

    @Test
    void shouldRefuseATokenOfAUserWhoIsGoneOrHasAnotherPasswordOrWasMadeAnew()
    {
        final byte[] token = token(logIn("ann", "pencil"));
        server.auth = users.without("ann").auth();
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", token);
        server.auth = users.with("ann", 20, "pencil").auth();
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", token);
        server.auth = users.with("ann", ANNS, "pencil").auth();
        awaitOpened(open("", token));
    }

    @Test
    void shouldRefuseTokensOfBeforeRootHadAnotherPasswordWhereThereIsNoClusterKey()
    {
        final byte[] token = token(logIn("ann", "pencil"));
        server.auth = users.with("root", 30, "another").auth();
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", token);
        awaitOpened(open("", token(logIn("ann", "pencil"))));
    }

    @Test
    void shouldGiveATokenOnlyToWhoHasProvenAPassword()
    {
        final long anns = logIn("ann", "pencil");
        final byte[] token = token(anns);
        assertEquals(ErrorCode.USER_EMPTY.number(), client.awaitError(askForToken(awaitOpened(open("", NONE)))));
        assertEquals(ErrorCode.USER_EMPTY.number(), client.awaitError(askForToken(awaitOpened(open("", EchoServer.OWN_TOKEN)))));
        assertEquals(ErrorCode.PERMISSION_DENIED.number(), client.awaitError(askForToken(awaitOpened(open("", token)))),
            "else a token would never end");
        final byte[] vouched = vouched(EchoServer.FRONT_KEY, "ann");
        assertEquals(ErrorCode.PERMISSION_DENIED.number(), client.awaitError(askForToken(awaitOpened(open("ann", vouched)))));
        server.auth = users.with("ann", 20, "pencil").auth();
        assertEquals(ErrorCode.INVALID_AUTH_TOKEN.number(), client.awaitError(askForToken(anns)));
        server.auth = users.auth(false, 1);
        assertEquals(ErrorCode.AUTH_NOT_ENABLED.number(), client.awaitError(askForToken(anns)));
        assertEquals(ErrorCode.SESSION_UNKNOWN.number(), client.awaitError(askForToken(12345)));
    }

    @Test
    void shouldLetATokenWaitForUsersThatThisMemberHasNotHeardOfYet()
    {
        server.auth = users.with("bob", 40, "pen").auth(true, 9);
        final byte[] token = token(logIn("bob", "pen"));
        server.auth = users.without("bob").auth(true, 8);
        final long correlationId = open("", token);
        assertEquals(ErrorCode.SESSION_UNKNOWN.number(), client.awaitError(askForToken(12345)), "it has come, and others do not wait");
        assertEquals(0, server.counters.loginsFailed.getAcquire());
        server.auth = users.with("bob", 40, "pen").auth(true, 9);
        assertEquals(40, credentialOf(awaitOpened(correlationId)));
        server.auth = users.without("bob").auth(true, 10);
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", token);
    }

    @Test
    void shouldNotLetATokenWaitForEver()
    {
        server.auth = users.with("bob", 40, "pen").auth(true, 9);
        final byte[] token = token(logIn("bob", "pen"));
        server.auth = users.without("bob").auth(true, 8);
        final long startNs = System.nanoTime();
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", token);
        assertTrue(System.nanoTime() - startNs > TimeUnit.MILLISECONDS.toNanos(900), "it waits a second");
        for (int i = 0; i <= Tickets.LATE_MAX; i++)
        {
            open("", token);
        }
        final UnsafeBuffer first = client.await(ErrorReplyDecoder.TEMPLATE_ID);
        assertEquals(lastId, RawClient.reply(first).correlationId(), "no more than so many wait: the last is refused first");
    }

    // ---- fronts

    @Test
    void shouldOpenASessionOfAnyUserForWhomAFrontOrItsOwnProcessVouches()
    {
        for (final byte[] secret : new byte[][]{EchoServer.OWN_TOKEN, EchoServer.FRONT_KEY})
        {
            assertEquals(ANNS, credentialOf(awaitOpened(open("ann", vouched(secret, "ann")))));
            assertEquals(9, credentialOf(awaitOpened(open("carol", vouched(secret, "carol")))), "she has no password");
            assertRefused(ErrorCode.AUTH_FAILED, "nobody", vouched(secret, "nobody"));
        }
    }

    @Test
    void shouldTakeNoWordForAUserFromWhoHasAnotherKeyOrSpeaksOfAnother()
    {
        final byte[] other = EchoServer.FRONT_KEY.clone();
        other[0] ^= 1;
        assertRefused(ErrorCode.AUTH_FAILED, "root", vouched(other, "root"));
        assertRefused(ErrorCode.AUTH_FAILED, "root", vouched(EchoServer.FRONT_KEY, "ann"));
        assertRefused(ErrorCode.AUTH_FAILED, "root", token(logIn("ann", "pencil")));
        assertRefused(ErrorCode.AUTH_FAILED, "ann", token(logIn("ann", "pencil")));
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", vouched(EchoServer.FRONT_KEY, "ann"));
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", EchoServer.FRONT_KEY);
        final byte[] ticket = vouched(EchoServer.FRONT_KEY, "root");
        for (int i = 0; i < ticket.length; i++)
        {
            final byte[] changed = ticket.clone();
            changed[i] ^= (byte)(1 << i % 7);
            assertRefused(ErrorCode.AUTH_FAILED, "root", changed);
        }
        assertEquals(ROOTS, credentialOf(awaitOpened(open("root", ticket))));
    }

    @Test
    void shouldRefuseATicketOfAFrontThatComesAgainLaterOrIsGoodForTooLong()
    {
        final byte[] ticket = vouched(EchoServer.FRONT_KEY, "ann");
        nowMs.addAndGet(SessionTicket.VOUCHED_TTL_MS - 1);
        awaitOpened(open("ann", ticket));
        nowMs.incrementAndGet();
        assertRefused(ErrorCode.AUTH_FAILED, "ann", ticket);
        for (final long expiryMs : new long[]{nowMs.get() + SessionTicket.VOUCHED_TTL_MAX_MS + 1, Long.MAX_VALUE, Long.MIN_VALUE, 0})
        {
            final byte[] tooLong = SessionTicket.vouched(EchoServer.FRONT_KEY, "ann".getBytes(UTF_8), expiryMs, random);
            assertRefused(ErrorCode.AUTH_FAILED, "ann", tooLong);
        }
    }

    // ---- the node's own

    @Test
    void shouldStillKnowItsOwnPages()
    {
        assertEquals(ROOTS, credentialOf(awaitOpened(open("", EchoServer.OWN_TOKEN))));
        server.auth = users.with("root", 31, "another").auth();
        assertEquals(31, credentialOf(awaitOpened(open("", EchoServer.OWN_TOKEN))));
        assertEquals(0, credentialOf(awaitOpened(open("", NONE))));
        assertRefused(ErrorCode.INVALID_AUTH_TOKEN, "", new byte[EchoServer.OWN_TOKEN.length]);
    }

    @Test
    void shouldHaveSecretsOfOtherPurposesAndClustersThatAreOthers()
    {
        final ClusterKey key = new ClusterKey("x".repeat(32).getBytes(US_ASCII));
        final byte[] tokens = new MembersSecret(key, "session tokens").of(server.auth);
        assertTrue(Arrays.equals(tokens, new MembersSecret(key, "session tokens").of(users.with("root", 8, "other").auth())));
        assertFalse(Arrays.equals(tokens, new MembersSecret(key, "login salts").of(server.auth)));
        final byte[] ofRoot = new MembersSecret(null, "session tokens").of(server.auth);
        assertTrue(Arrays.equals(ofRoot, new MembersSecret(null, "session tokens").of(server.auth)), "the same at all members");
        assertFalse(Arrays.equals(ofRoot, new MembersSecret(null, "login salts").of(server.auth)));
        assertFalse(Arrays.equals(ofRoot, tokens));
        assertEquals("keys of tickets", new TicketKeys(new MembersSecret(null, "t"), EchoServer.OWN_TOKEN, null).toString());
        assertNotEquals(0, tokens.length);
    }
}
