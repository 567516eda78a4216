package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.PeerHandler;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.raft.Configuration;
import org.agrona.DirectBuffer;

/** Links over which nothing comes or goes. */
class SilentLinks implements PeerLinks
{
    private static final int LENGTH = 4096;

    @Override
    public void onConfiguration(final Configuration configuration)
    {
    }

    @Override
    public int poll(final PeerHandler handler)
    {
        return 0;
    }

    @Override
    public boolean sendUrgent(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        return false;
    }

    @Override
    public boolean send(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        return false;
    }

    @Override
    public int batchLength()
    {
        return LENGTH;
    }

    @Override
    public int messageLengthMax()
    {
        return LENGTH;
    }
}
