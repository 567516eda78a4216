package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.SessionTicket;
import io.tourbillon.mvcc.Auth;
import io.tourbillon.mvcc.AuthUser;
import org.agrona.concurrent.EpochClock;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Sessions that are opened without a password ({@link SessionTicket}): by a token that some member has made for who had logged in, or by a
 * front that is trusted to say who its users are. Nothing of either is kept anywhere: a token dies with its time, with the credential in
 * it, which is gone when the password changes or the user goes, and with the members' secret. There are no pauses for guesses: what would
 * be guessed is an HMAC. A token of users that this member has not applied yet waits for them, for a second. Sequencer; allocates, as the
 * opening of sessions does.
 */
final class Tickets
{
    /** Tokens that wait for their users at once: each is true, so only who has one can make them wait. */
    static final int LATE_MAX = 256;
    private static final long LATE_MAX_NS = TimeUnit.SECONDS.toNanos(1);
    private static final byte[] NOTHING = {};

    /** A token of somebody whom this member will know in a moment. */
    private record Late(Connection connection, long correlationId, long eventCredit, SessionTicket token, long deadlineNs)
    {
    }

    private final Supplier<Auth> auth;
    private final TicketKeys keys;
    private final long ttlMs;
    private final EpochClock clock;
    private final SessionBook sessions;
    private final ConnectionVoice voice;
    private final IngressCounters counters;
    private final SecureRandom random = new SecureRandom();
    private final ArrayList<Late> late = new ArrayList<>(0);

    /**
     * @param auth   users as this member has applied them.
     * @param keys   of tickets.
     * @param config with the time that a token is good for, and the clock.
     */
    Tickets(
        final Supplier<Auth> auth, final TicketKeys keys, final NodeConfig config, final SessionBook sessions,
        final ConnectionVoice voice, final IngressCounters counters)
    {
        this.auth = auth;
        this.keys = keys;
        this.ttlMs = TimeUnit.SECONDS.toMillis(config.number(NodeOption.AUTH_TOKEN_TTL));
        this.clock = config.epochClock();
        this.sessions = sessions;
        this.voice = voice;
        this.counters = counters;
    }

    /** Whether it is what the node's own process knows. Takes the same time whichever bytes differ. */
    boolean isOwn(final byte[] proof)
    {
        return MessageDigest.isEqual(proof, keys.own());
    }

    /** Answers with a token of the session's user, or an error: who has none of its own password's cannot lengthen what it has. */
    void make(final Session session, final long correlationId)
    {
        final Auth users = auth.get();
        final long credential = session.credential();
        final ErrorCode refusal = !users.isEnabled() ? ErrorCode.AUTH_NOT_ENABLED :
            credential == Auth.NOBODY ? ErrorCode.USER_EMPTY :
            users.user(credential) == null ? ErrorCode.INVALID_AUTH_TOKEN :
            !session.hasProvenPassword() ? ErrorCode.PERMISSION_DENIED : null;
        if (refusal != null)
        {
            counters.refused.addRelease(1);
            voice.error(session.connection(), session.id(), correlationId, refusal);
            return;
        }
        voice.token(session, correlationId, users.revision(),
            SessionTicket.token(keys.tokens().of(users), credential, users.revision(), clock.time() + ttlMs, random));
    }

    /** Answers SessionOpened or an error, now or when the token's user is known. */
    void beginByToken(
        final Connection connection, final long correlationId, final long eventCredit, final byte[] token, final long nowNs)
    {
        final Auth users = auth.get();
        final SessionTicket ticket = SessionTicket.check(SessionTicket.Kind.TOKEN, keys.tokens().of(users), NOTHING, token);
        if (ticket == null || ticket.expiryMs() <= clock.time())
        {
            refuse(connection, correlationId, ErrorCode.INVALID_AUTH_TOKEN);
        }
        else if (late.size() >= LATE_MAX || !isEarly(ticket, users))
        {
            end(connection, correlationId, eventCredit, ticket, users);
        }
        else
        {
            late.add(new Late(connection, correlationId, eventCredit, ticket, nowNs + LATE_MAX_NS));
        }
    }

    /** Judges tokens whose users are known by now, or should be. Now and then. */
    int judgeLate(final long nowNs)
    {
        int count = 0;
        for (int i = late.size() - 1; i >= 0; i--)
        {
            final Late each = late.get(i);
            final Auth users = auth.get();
            if (!isEarly(each.token, users) || each.deadlineNs - nowNs <= 0)
            {
                late.remove(i);
                end(each.connection, each.correlationId, each.eventCredit, each.token, users);
                count++;
            }
        }
        return count;
    }

    void onClosed(final Connection connection)
    {
        late.removeIf(each -> each.connection == connection);
    }

    /** Where it was made more was known of users than here. */
    private static boolean isEarly(final SessionTicket token, final Auth users)
    {
        return users.user(token.credential()) == null && token.authRevision() > users.revision();
    }

    private void end(
        final Connection connection, final long correlationId, final long eventCredit, final SessionTicket token, final Auth users)
    {
        if (users.user(token.credential()) == null)
        {
            refuse(connection, correlationId, ErrorCode.INVALID_AUTH_TOKEN);
        }
        else
        {
            open(connection, correlationId, eventCredit, token.credential());
        }
    }

    /** Answers SessionOpened, of this user, or an error, which does not tell whether there is one of this name. */
    void beginVouched(
        final Connection connection, final long correlationId, final long eventCredit, final byte[] name, final byte[] proof)
    {
        final long nowMs = clock.time();
        final SessionTicket own = SessionTicket.check(SessionTicket.Kind.VOUCHED, keys.own(), name, proof);
        final SessionTicket ticket = own != null || keys.front() == null ? own :
            SessionTicket.check(SessionTicket.Kind.VOUCHED, keys.front(), name, proof);
        final AuthUser user = auth.get().user(new String(name, UTF_8));
        if (ticket == null || user == null || ticket.expiryMs() <= nowMs || ticket.expiryMs() - nowMs > SessionTicket.VOUCHED_TTL_MAX_MS)
        {
            refuse(connection, correlationId, ErrorCode.AUTH_FAILED);
        }
        else
        {
            open(connection, correlationId, eventCredit, user.credential());
        }
    }

    private void open(final Connection connection, final long correlationId, final long eventCredit, final long credential)
    {
        if (sessions.open(connection, correlationId, eventCredit, credential, NOTHING) != null)
        {
            counters.logins.addRelease(1);
        }
    }

    private void refuse(final Connection connection, final long correlationId, final ErrorCode code)
    {
        counters.loginsFailed.addRelease(1);
        counters.refused.addRelease(1);
        voice.error(connection, 0, correlationId, code);
    }
}
