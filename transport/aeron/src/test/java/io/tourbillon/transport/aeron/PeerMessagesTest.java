package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.AppendRequestEncoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a member takes from members of its own build, and of a newer one. */
class PeerMessagesTest
{
    private static final int OFFSET = 3;
    private static final int VERSION = MessageHeaderDecoder.SCHEMA_VERSION;
    private static final int MORE = 8;
    private static final byte[] FRAMES = {1, 2, 3, 4, 5};

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    private boolean isSound(final int length)
    {
        return PeerMessages.isSound(buffer, OFFSET, length, 7, 2);
    }

    private void head(final int version, final int blockLength)
    {
        header.wrap(buffer, OFFSET).version(version).blockLength(blockLength);
    }

    private int heartbeat(final int version, final int more)
    {
        final HeartbeatEncoder heartbeat = new HeartbeatEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        heartbeat.leaderCommit(11).round(12).peer().clusterId(7).fromId(1).toId(2).term(5);
        head(version, HeartbeatEncoder.BLOCK_LENGTH + more);
        return MessageHeaderEncoder.ENCODED_LENGTH + HeartbeatEncoder.BLOCK_LENGTH + more;
    }

    private int append(final int version, final int more)
    {
        final AppendRequestEncoder append = new AppendRequestEncoder().wrapAndApplyHeader(buffer, OFFSET, header);
        append.prevLogIndex(11).prevLogTerm(4).leaderCommit(12).peer().clusterId(7).fromId(1).toId(2).term(5);
        append.limit(append.limit() + more);
        append.putFrames(FRAMES, 0, FRAMES.length);
        head(version, AppendRequestEncoder.BLOCK_LENGTH + more);
        return append.limit() - OFFSET;
    }

    @Test
    void shouldTakeItsOwnVersionWholeAndNothingMore()
    {
        final int length = heartbeat(VERSION, 0);
        assertTrue(isSound(length));
        assertFalse(isSound(length - 1));
        assertFalse(isSound(length + 1));
        assertFalse(isSound(heartbeat(VERSION, MORE)));
        final int longer = append(VERSION, 0);
        assertTrue(isSound(longer));
        for (int i = 0; i < longer; i++)
        {
            assertFalse(isSound(i), "cut at " + i);
        }
        assertFalse(isSound(longer + 1));
        assertFalse(isSound(append(VERSION, MORE)));
        assertFalse(isSound(heartbeat(VERSION - 1, 0)));
    }

    /** So that a cluster can be upgraded member by member to a build whose messages say more. */
    @Test
    void shouldTakeANewerVersionByWhatItKnows()
    {
        final int length = heartbeat(VERSION + 1, MORE);
        assertTrue(isSound(length));
        assertTrue(isSound(length + 4), "and data behind it");
        assertFalse(isSound(length - 1));
        assertEquals(12, new HeartbeatDecoder().wrapAndApplyHeader(buffer, OFFSET, new MessageHeaderDecoder()).round());

        final int longer = append(VERSION + 1, MORE);
        assertTrue(isSound(longer));
        assertTrue(isSound(longer + 4));
        for (int i = 0; i < longer; i++)
        {
            assertFalse(isSound(i), "cut at " + i);
        }
        final AppendRequestDecoder append = new AppendRequestDecoder().wrapAndApplyHeader(buffer, OFFSET, new MessageHeaderDecoder());
        assertEquals(12, append.leaderCommit());
        assertEquals(FRAMES.length, append.framesLength());
        buffer.putInt(OFFSET + MessageHeaderEncoder.ENCODED_LENGTH + AppendRequestEncoder.BLOCK_LENGTH + MORE, -1);
        assertFalse(isSound(longer));
        head(VERSION + 1, AppendRequestEncoder.BLOCK_LENGTH - 1);
        assertFalse(isSound(longer));
    }
}
