package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.ScramVerifier;
import io.tourbillon.codecs.SessionTicket;
import io.tourbillon.codecs.client.LoginProofDecoder;
import io.tourbillon.codecs.client.OpenSessionDecoder;
import io.tourbillon.mvcc.Auth;
import io.tourbillon.mvcc.AuthUser;
import org.agrona.DirectBuffer;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Logins by SCRAM-SHA-256 ({@link Scram}), each of them two messages and a handful of hashes: the slow part is the client's.
 * <pre>
 *  OpenSession(name, client nonce) --> [ challenged ] --> LoginChallenge     bounded in number and, to a connection's time-out, in time
 *  LoginProof --> taken out: a nonce is good for one proof --> SessionOpened, with the verifier's credential, or "authentication failed"
 *                     |
 *                     +--> [ waiting ] while the name pauses after a failure: one of a connection
 * </pre>
 * A name that nobody has, or a user without a password, is challenged as any other, with a salt that is made from the name by a secret, so
 * that it is the same each time; no proof will do. After a wrong proof, all that are for names with the same hash (of {@value #NAME_SLOTS})
 * wait: 50 ms, doubled with each further one up to 1.6 s, until none was wrong for 10 s. So guesses at a password are bounded whatever the
 * number of connections. One of each connection waits, for its turn and no longer; whose connection has brought the fewest wrong proofs is
 * judged first, then who came first. So a right one among them is late, not refused, and not later for how many who guesses sends. It
 * judges by what this member has applied. Sequencer; allocates, as the opening of sessions does; what is secret is in no text of it.
 */
final class Logins
{
    /** Logins under way on one connection. */
    static final int CONNECTION_MAX = 64;
    /** Logins under way in all, some 1 KiB each; of connections that have more than one. */
    static final int TOTAL_MAX = 4096;
    /** Longest name that is looked for, in bytes. */
    private static final int NAME_LENGTH_MAX = 1024;
    private static final int NAME_SLOTS = 256;
    private static final long PAUSE_MIN_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int PAUSE_DOUBLINGS_MAX = 5;
    private static final long FORGIVEN_AFTER_NS = TimeUnit.SECONDS.toNanos(10);

    /** One login under way. */
    static final class Pending
    {
        private final Connection connection;
        private final long correlationId;
        private final long eventCredit;
        private final long deadlineNs;
        private long credential;
        private NameSlot slot;
        private byte[] nonce;
        private byte[] authMessage;
        private byte[] storedKey;
        private byte[] serverKey;
        private byte[] proof;                                   // null until it has come

        private Pending(final Connection connection, final long correlationId, final long eventCredit, final long deadlineNs)
        {
            this.connection = connection;
            this.correlationId = correlationId;
            this.eventCredit = eventCredit;
            this.deadlineNs = deadlineNs;
        }
    }

    /** The names of one hash: when the next proof may be judged, and what waits for that. */
    private static final class NameSlot
    {
        private final ArrayList<Pending> waiting = new ArrayList<>(0);
        private int failureCount;
        private long notBeforeNs;
        private long failedNs;

        private boolean isPaused(final long nowNs)
        {
            return failureCount > 0 && notBeforeNs - nowNs > 0;
        }

        private void pause(final long nowNs)
        {
            final boolean isForgiven = nowNs - failedNs > FORGIVEN_AFTER_NS;
            final int doublings = isForgiven ? 0 : Math.min(failureCount, PAUSE_DOUBLINGS_MAX);
            failureCount = isForgiven ? 1 : failureCount + 1;
            failedNs = nowNs;
            notBeforeNs = nowNs + (PAUSE_MIN_NS << doublings);
        }

        private boolean hasOneOf(final Connection connection)
        {
            for (int i = 0; i < waiting.size(); i++)
            {
                if (waiting.get(i).connection == connection)
                {
                    return true;
                }
            }
            return false;
        }

        /** Whose connection has guessed least; of several, who came first. */
        private Pending takeNext()
        {
            int best = 0;
            for (int i = 1; i < waiting.size(); i++)
            {
                best = waiting.get(i).connection.loginFailureCount() < waiting.get(best).connection.loginFailureCount() ? i : best;
            }
            return waiting.remove(best);
        }
    }

    private static final byte[] NOTHING = {};

    private final Supplier<Auth> auth;
    private final Tickets tickets;
    private final SessionBook sessions;
    private final ConnectionVoice voice;
    private final IngressCounters counters;
    private final long timeoutNs;
    private final SecureRandom random = new SecureRandom();
    private final MembersSecret saltSecret;
    private final NameSlot[] slots = new NameSlot[NAME_SLOTS];
    private final int totalMax;
    private int pendingCount;
    private long nowNs;

    /**
     * @param auth       users as this member has applied them.
     * @param clusterKey of the cluster, or null.
     * @param tickets    what opens sessions in place of a password.
     * @param timeoutNs  in which a proof must come.
     * @param totalMax   most logins under way of connections that have more than one.
     */
    Logins(
        final Supplier<Auth> auth, final ClusterKey clusterKey, final Tickets tickets, final SessionBook sessions,
        final ConnectionVoice voice, final IngressCounters counters, final long timeoutNs, final int totalMax)
    {
        this.auth = auth;
        this.tickets = tickets;
        this.sessions = sessions;
        this.voice = voice;
        this.counters = counters;
        this.timeoutNs = timeoutNs;
        this.totalMax = totalMax;
        Arrays.setAll(slots, i -> new NameSlot());
        saltSecret = new MembersSecret(clusterKey, "login salts");
    }

    /** At the begin of a duty cycle. */
    void nowNs(final long value)
    {
        nowNs = value;
    }

    Tickets tickets()
    {
        return tickets;
    }

    /** Answers SessionOpened, or an error: nobody logs in, or the node's own pages do, which show its token, or who shows one of a user. */
    void beginAsNobody(final Connection connection, final long correlationId, final OpenSessionDecoder request)
    {
        final long eventCredit = request.eventCredit();
        request.skipUserName();
        final byte[] proof = proof(request);
        final boolean isOwn = tickets.isOwn(proof);
        if (proof.length != 0 && !isOwn)
        {
            tickets.beginByToken(connection, correlationId, eventCredit, proof, nowNs);
            return;
        }
        final Session session = sessions.open(connection, correlationId, eventCredit, Auth.NOBODY, NOTHING);
        if (session != null && isOwn)
        {
            session.own();
        }
    }

    /** As much of it as tells whether it is a nonce, a ticket or nothing that can be. */
    private static byte[] proof(final OpenSessionDecoder request)
    {
        final byte[] proof = new byte[Math.min(request.proofLength(), SessionTicket.LENGTH + 1)];
        request.getProof(proof, 0, proof.length);
        return proof;
    }

    /** Who asks by this session: its user, or for the node's own root, whoever that is by now. */
    long credentialOf(final Session session)
    {
        if (!session.isOwn())
        {
            return session.credential();
        }
        final AuthUser root = auth.get().user(Auth.ROOT);
        return root == null ? Auth.NOBODY : root.credential();
    }

    /** Answers LoginChallenge, whoever it is, or an error; or, where somebody vouches for the user, SessionOpened. */
    void begin(final Connection connection, final long correlationId, final OpenSessionDecoder request)
    {
        final long eventCredit = request.eventCredit();
        final int nameLength = request.userNameLength();
        final byte[] name = new byte[Math.min(nameLength, NAME_LENGTH_MAX)];
        request.getUserName(name, 0, name.length);
        final byte[] clientNonce = proof(request);
        if (nameLength <= NAME_LENGTH_MAX && clientNonce.length == SessionTicket.LENGTH)
        {
            tickets.beginVouched(connection, correlationId, eventCredit, name, clientNonce);
        }
        else if (nameLength > NAME_LENGTH_MAX || !Scram.isNonce(clientNonce) || find(connection, correlationId) != null)
        {
            refuse(connection, correlationId, ErrorCode.MALFORMED);
        }
        else if (sessions.isFull(connection))
        {
            refuse(connection, correlationId, ErrorCode.TOO_MANY_SESSIONS);
        }
        else if (connection.logins().size() >= CONNECTION_MAX || pendingCount >= totalMax && !connection.logins().isEmpty())
        {
            // One of each connection is always taken: nobody keeps the others out by beginning ever more.
            counters.loginsGivenUp.addRelease(1);
            refuse(connection, correlationId, ErrorCode.TOO_MANY_LOGINS);
        }
        else
        {
            challenge(new Pending(connection, correlationId, eventCredit, nowNs + timeoutNs), name, clientNonce);
        }
    }

    private void challenge(final Pending login, final byte[] name, final byte[] clientNonce)
    {
        final Auth users = auth.get();
        final byte[] ownNonce = Scram.newNonce(random);
        final byte[] hash = Scram.hmac(saltSecret.of(users), name);
        final byte[] unknown = randomBytes(2 * Scram.KEY_LENGTH);
        final AuthUser user = users.user(new String(name, UTF_8));
        final boolean isKnown = user != null && user.hasPassword();
        final DirectBuffer verifier = isKnown ? user.verifier() : null;
        final int iterations = isKnown ? ScramVerifier.iterations(verifier, 0) : Scram.ITERATIONS;
        final byte[] salt = isKnown ?
            bytes(verifier, ScramVerifier.SALT_OFFSET, ScramVerifier.saltLength(verifier, 0)) : Arrays.copyOf(hash, Scram.SALT_LENGTH);
        login.credential = isKnown ? user.credential() : Auth.NOBODY;
        login.storedKey = isKnown ?
            bytes(verifier, ScramVerifier.STORED_KEY_OFFSET, Scram.KEY_LENGTH) : Arrays.copyOf(unknown, Scram.KEY_LENGTH);
        login.serverKey = isKnown ?
            bytes(verifier, ScramVerifier.SERVER_KEY_OFFSET, Scram.KEY_LENGTH) :
            Arrays.copyOfRange(unknown, Scram.KEY_LENGTH, unknown.length);
        login.slot = slots[hash[Scram.SALT_LENGTH] & NAME_SLOTS - 1]; // of the hash the part that nobody is shown
        login.nonce = Arrays.copyOf(clientNonce, clientNonce.length + ownNonce.length);
        System.arraycopy(ownNonce, 0, login.nonce, clientNonce.length, ownNonce.length);
        login.authMessage = Scram.authMessage(name, clientNonce, login.nonce, salt, iterations);
        login.connection.logins().add(login);
        pendingCount++;
        voice.loginChallenge(login.connection, login.correlationId, login.nonce, salt, iterations);
    }

    /** Answers SessionOpened or an error, now or after a pause. */
    void onProof(final Connection connection, final long correlationId, final LoginProofDecoder message)
    {
        final Pending login = find(connection, correlationId);
        if (login == null || login.proof != null)
        {
            counters.loginsFailed.addRelease(1);
            refuse(connection, correlationId, ErrorCode.AUTH_FAILED); // a proof is good once
            return;
        }
        final byte[] nonce = new byte[Math.min(message.nonceLength(), 2 * Scram.NONCE_LENGTH_MAX)];
        message.getNonce(nonce, 0, nonce.length);
        final byte[] proof = new byte[Math.min(message.proofLength(), Scram.KEY_LENGTH + 1)];
        message.getProof(proof, 0, proof.length);
        login.proof = Arrays.equals(nonce, login.nonce) ? proof : new byte[0];
        if (!login.slot.isPaused(nowNs) && login.slot.waiting.isEmpty())
        {
            judge(login);
        }
        else if (login.slot.hasOneOf(connection))
        {
            end(login);
            counters.loginsGivenUp.addRelease(1);
            refuse(connection, correlationId, ErrorCode.TOO_MANY_LOGINS);
        }
        else
        {
            login.slot.waiting.add(login);
        }
    }

    /** Judges what has waited long enough. Now and then. */
    int judgeWaiting()
    {
        int count = tickets.judgeLate(nowNs);
        for (final NameSlot slot : slots)
        {
            while (!slot.waiting.isEmpty() && !slot.isPaused(nowNs))
            {
                judge(slot.takeNext());
                count++;
            }
        }
        return count;
    }

    private void judge(final Pending login)
    {
        end(login);
        final boolean isProven = Scram.isProven(login.storedKey, login.authMessage, login.proof);
        if (isProven & auth.get().user(login.credential) != null) // it may have changed since the challenge
        {
            counters.logins.addRelease(1);
            final Session session = sessions.open(login.connection, login.correlationId, login.eventCredit, login.credential,
                Scram.serverSignature(login.serverKey, login.authMessage));
            if (session != null)
            {
                session.provePassword();
            }
            return;
        }
        counters.loginsFailed.addRelease(1);
        login.slot.pause(nowNs);
        login.connection.onLoginFailed();
        refuse(login.connection, login.correlationId, ErrorCode.AUTH_FAILED);
    }

    /** Gives up those whose proof does not come. Who waits to be judged has done its part. Now and then. */
    int sweep(final Connection connection)
    {
        int count = 0;
        final ArrayList<Pending> logins = connection.logins();
        for (int i = logins.size() - 1; i >= 0; i--)
        {
            final Pending login = logins.get(i);
            if (login.proof == null && login.deadlineNs - nowNs <= 0)
            {
                end(login);
                counters.loginsGivenUp.addRelease(1);
                refuse(connection, login.correlationId, ErrorCode.TIMEOUT);
                count++;
            }
        }
        return count;
    }

    void onClosed(final Connection connection)
    {
        tickets.onClosed(connection);
        final ArrayList<Pending> logins = connection.logins();
        pendingCount -= logins.size();
        for (int i = 0; i < logins.size(); i++)
        {
            if (logins.get(i).proof != null)
            {
                logins.get(i).slot.waiting.remove(logins.get(i));
            }
        }
        logins.clear();
    }

    private void end(final Pending login)
    {
        login.connection.logins().remove(login);
        pendingCount--;
    }

    private static Pending find(final Connection connection, final long correlationId)
    {
        final ArrayList<Pending> logins = connection.logins();
        for (int i = 0; i < logins.size(); i++)
        {
            if (logins.get(i).correlationId == correlationId)
            {
                return logins.get(i);
            }
        }
        return null;
    }

    private void refuse(final Connection connection, final long correlationId, final ErrorCode code)
    {
        counters.refused.addRelease(1);
        voice.error(connection, 0, correlationId, code);
    }

    private byte[] randomBytes(final int length)
    {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }
}
