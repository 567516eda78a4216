package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.LastHead;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.WatchEvent;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;
import io.tourbillon.transport.etcd.node.SessionEvents;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches that the front needs for a caller, to wait for something. Those of one user share a session, which is there while one of them is.
 * Link's thread.
 */
final class KeyWatches
{
    private final NodeLink link;
    private final Map<UserPassword, Shared> sessions = new HashMap<>();

    KeyWatches(final NodeLink link)
    {
        this.link = link;
    }

    /** Hears of what is watched. */
    interface Listener
    {
        void onEvent(Event event, ResponseHeader header);

        /** The watch is over, unasked. */
        void onEnd(ErrorCode code);
    }

    /** A watch of one key, or of a range, from a revision on. */
    final class Watch
    {
        private final Shared shared;
        private final Listener listener;
        private long nodeId;
        private boolean isOver;

        private Watch(final Shared shared, final Listener listener)
        {
            this.shared = shared;
            this.listener = listener;
        }

        /** Ends it: nothing more is heard. */
        void cancel()
        {
            if (!isOver)
            {
                isOver = true;
                shared.forget(this, true);
            }
        }
    }

    Watch watch(
        final NodeSession caller, final ByteString key, final ByteString end, final long fromRevision, final Listener listener)
    {
        final Shared shared = sessions.computeIfAbsent(caller.user(), Shared::new);
        final Watch watch = new Watch(shared, listener);
        watch.nodeId = shared.session().client().watch(new UnsafeBuffer(key.toByteArray()), 0, key.size(),
            new UnsafeBuffer(end.toByteArray()), 0, end.size(), fromRevision, 0);
        shared.watches.put(watch.nodeId, watch);
        return watch;
    }

    private final class Shared implements SessionEvents
    {
        private final UserPassword user;
        private final Long2ObjectHashMap<Watch> watches = new Long2ObjectHashMap<>();
        private final SharedEvents events = new SharedEvents();
        private final WatchCancels cancels = new WatchCancels(link);
        private NodeSession session;

        private Shared(final UserPassword user)
        {
            this.user = user;
        }

        private NodeSession session()
        {
            if (session == null)
            {
                session = link.open(user, this);
                session.client().disclaimWrites();
                link.onListener(1);
            }
            return session;
        }

        private void forget(final Watch watch, final boolean isStanding)
        {
            watches.remove(watch.nodeId);
            if (watches.isEmpty())
            {
                close();
            }
            else if (isStanding)
            {
                cancels.cancel(session.client(), watch.nodeId);
            }
        }

        private void close()
        {
            if (sessions.remove(user, this))
            {
                link.onListener(-1);
                session.close();
            }
        }

        @Override
        public void onOpened(final NodeSession opened)
        {
            cancels.send(opened.client());
        }

        @Override
        public void onWatchEvent(final long nodeId, final WatchEvent event)
        {
            final Watch watch = watches.get(nodeId);
            if (watch != null)
            {
                final LastHead head = session.client().connection().lastHead();
                watch.listener.onEvent(events.of(event), ResponseHeader.newBuilder().setClusterId(head.clusterId())
                    .setMemberId(head.memberId()).setRevision(event.modRevision()).setRaftTerm(head.raftTerm()).build());
            }
        }

        @Override
        public void onWatchEventsEnd(final long revision, final boolean isFragment)
        {
            events.onMessageEnd();
        }

        @Override
        public void onWatchCanceled(final long nodeId, final int errorCode, final long compactRevision)
        {
            final Watch watch = watches.get(nodeId);
            if (watch != null)
            {
                end(watch, ErrorCode.of(errorCode));
            }
        }

        @Override
        public void onClosed(final NodeSession closed, final int errorCode)
        {
            if (closed.client().isClosed() && sessions.get(user) == this) // not by us: its user is not taken any more
            {
                final List<Watch> left = new ArrayList<>(watches.values());
                left.forEach(watch -> end(watch, ErrorCode.of(errorCode)));
            }
        }

        private void end(final Watch watch, final ErrorCode code)
        {
            watch.isOver = true;
            forget(watch, false);
            watch.listener.onEnd(code == null ? ErrorCode.STOPPED : code);
        }
    }
}
