package io.tourbillon.transport.etcd.identity;

import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.transport.client.AuthCommand;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeCall;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;
import io.tourbillon.transport.etcd.node.SessionEvents;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Sessions on the node, one for each token or user that calls are made by: opened by the first, shared by all, closed when none was made
 * for a time. If the node does not take one, what waits on it is refused, or is nobody's call if nobody is asked who he is. At most a
 * number of them; then those go that were not used for longest. Any thread; the rest on the link's.
 */
final class UserSessions
{
    /** Once a second. */
    private static final int TICKS_PER_LOOK = 10;
    /** So many times more may there be until the next look. */
    private static final int HARD_FACTOR = 2;

    private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final NodeLink link;
    private final Function<String, UserPassword> users;
    private final Status refusal;
    private final long idleNs;
    private final int countMax;
    private final NodeSession full;
    private int tickCount;

    /**
     * @param link     to the node; not started yet.
     * @param users    what opens a session for a key.
     * @param refusal  for keys that the node does not take.
     * @param idleMs   how long a session stays without a call.
     * @param countMax of sessions.
     */
    UserSessions(
        final NodeLink link, final Function<String, UserPassword> users, final Status refusal, final long idleMs, final int countMax)
    {
        this.link = link;
        this.users = users;
        this.refusal = refusal;
        this.countMax = countMax;
        idleNs = TimeUnit.MILLISECONDS.toNanos(idleMs);
        full = link.open(null, SessionEvents.NONE);
        link.execute(() -> full.end(Failures.of(ErrorCode.TOO_MANY_SESSIONS)));
        link.onTick(this::retire);
    }

    /** The session for a key; calls on it wait until the node has opened it. */
    NodeSession of(final String key)
    {
        final Entry found = entries.get(key);
        if (found != null)
        {
            return found.session;
        }
        return entries.size() < HARD_FACTOR * countMax ? entries.computeIfAbsent(key, Entry::new).session : full;
    }

    private void retire()
    {
        if (++tickCount % TICKS_PER_LOOK != 0)
        {
            return;
        }
        final long nowNs = link.nowNs();
        for (final Entry entry : entries.values())
        {
            if (nowNs - entry.session.usedNs() >= idleNs)
            {
                entry.retire();
            }
        }
        final int tooManyCount = entries.size() - countMax;
        if (tooManyCount > 0)
        {
            final List<Entry> byUse = new ArrayList<>(entries.values());
            byUse.sort(Comparator.comparingLong(entry -> entry.session.usedNs() - nowNs));
            byUse.subList(0, Math.min(byUse.size(), tooManyCount)).forEach(Entry::retire);
        }
    }

    private final class Entry implements SessionEvents
    {
        private final String key;
        private final NodeSession session;

        private Entry(final String key)
        {
            this.key = key;
            session = link.open(users.apply(key), this);
        }

        private void retire()
        {
            entries.remove(key, this);
            session.retire();
        }

        @Override
        public void onClosed(final NodeSession closed, final int errorCode)
        {
            if (errorCode == ErrorCode.INVALID_AUTH_TOKEN.number() || errorCode == ErrorCode.AUTH_FAILED.number())
            {
                entries.remove(key, this);
                closed.hold();
                link.nobody().submit(new Judgement(closed));
            }
        }
    }

    /** The node has not taken it. Where nobody is asked who he is, as with etcd, it does not matter who he says he is. */
    private final class Judgement extends NodeCall
    {
        private final NodeSession held;

        private Judgement(final NodeSession held)
        {
            this.held = held;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.auth(AuthCommand.status());
        }

        @Override
        protected void onAuth(final AuthReplyDecoder reply)
        {
            if (reply.enabled() == 0)
            {
                held.giveWayTo(link.nobody());
            }
            else
            {
                held.end(refusal);
            }
        }

        @Override
        protected void onFailure(final Status status)
        {
            held.end(status);
        }
    }
}
