package io.tourbillon.transport.etcd.rpc;

import io.grpc.Context;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;
import io.tourbillon.transport.etcd.node.SessionEvents;

/** Who calls: the session on the node that speaks for him. Any thread. */
public final class Callers
{
    /** The session of the call that is being begun; set by the port. */
    public static final Context.Key<NodeSession> SESSION = Context.key("tourbillon-session");

    private final NodeLink link;

    /** @param link with the session of nobody. */
    public Callers(final NodeLink link)
    {
        this.link = link;
    }

    NodeSession current()
    {
        final NodeSession session = SESSION.get();
        return session == null ? link.nobody() : session;
    }

    /**
     * Opens a session of its own for who calls now: for a stream, which needs one beside that of the calls. Whoever opened it closes it.
     *
     * @param events hears of its fate, on the link's thread.
     * @return the session, which may be used at once.
     */
    NodeSession open(final SessionEvents events)
    {
        return link.open(current().user(), events);
    }
}
