package io.tourbillon.transport.etcd.rpc;

import io.grpc.Context;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;

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
}
