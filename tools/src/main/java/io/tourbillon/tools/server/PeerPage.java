package io.tourbillon.tools.server;

import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.http.MembersPage;
import io.tourbillon.transport.http.PageServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Tells members that join who they are, by HTTP at the address of the links between members, whose own protocol is on UDP. */
final class PeerPage
{
    private PageServer server;

    /** A member that cannot tell serves all the same. */
    PeerPage(final Node node, final NodeConfig config, final EventLog log)
    {
        try
        {
            server = PageServer.launch(
                new MembersPage(node.clusterId(), () -> node.pipelineCounters().members.getAcquire().configuration()),
                List.of(new InetSocketAddress(config.peerHost().replaceAll("[\\[\\]]", ""), config.peerPort())));
        }
        catch (final IOException ex)
        {
            log.tell(Level.WARN, "members-page", "message", "cannot tell members that join who they are: " + ex.getMessage());
        }
    }

    void close()
    {
        if (server != null)
        {
            server.close();
        }
    }
}
