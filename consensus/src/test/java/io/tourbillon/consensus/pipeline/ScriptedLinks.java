package io.tourbillon.consensus.pipeline;

import org.agrona.DirectBuffer;

/** Ways to other members that are the simulator's: everybody is reached, what arrives comes by itself. */
final class ScriptedLinks extends SilentLinks
{
    private static final int LENGTH_MAX = 8192;

    private final ScriptedWay way;

    ScriptedLinks(final ScriptedWay way)
    {
        this.way = way;
    }

    @Override
    public boolean sendUrgent(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        return send(toId, buffer, offset, length);
    }

    @Override
    public boolean send(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return way.send(toId, bytes);
    }

    @Override
    public int batchLength()
    {
        return LENGTH_MAX;
    }

    @Override
    public int messageLengthMax()
    {
        return LENGTH_MAX;
    }
}
