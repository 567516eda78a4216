package io.tourbillon.consensus;

import io.tourbillon.consensus.raft.Configuration;
import org.agrona.DirectBuffer;

/** Of a member that has no other: what it would send goes nowhere. */
final class NoPeers implements PeerLinks
{
    static final NoPeers INSTANCE = new NoPeers();

    private static final int LENGTH = 4096;

    private NoPeers()
    {
    }

    @Override
    public void onConfiguration(final Configuration configuration)
    {
        if (configuration.members().size() > 1)
        {
            throw new IllegalArgumentException("no links to the other members were given: " + configuration);
        }
    }

    @Override
    public boolean open()
    {
        return false;
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
