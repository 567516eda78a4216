package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.AppendReplyEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.consensus.raft.Peers.Reading;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a leader knows of the others' disks. */
class PeerRoomTest
{
    private final Peers peers = new Peers(1, Configuration.ofVoters(1, 2, 3));

    @Test
    void shouldNotTakeBusyMembersForFullDisks()
    {
        refuse(2, false);
        refuse(3, false);
        assertEquals(1, peers.reached(Reading.ROOM, 1));
    }

    @Test
    void shouldMissAMajoritysRoomUntilOneTakesEntriesAgain()
    {
        refuse(2, true);
        assertEquals(1, peers.reached(Reading.ROOM, 1));
        refuse(3, true);
        assertEquals(0, peers.reached(Reading.ROOM, 1));
        peers.find(2).onMatched(6, 0);
        assertEquals(1, peers.reached(Reading.ROOM, 1));
    }

    /** The flag that proposals look at says what the peers say, whatever changes. */
    @Test
    void shouldKeepItsWordInStepWithThePeers()
    {
        final Leadership leadership = new Leadership(new RaftSettings(1, 1_000_000), null, peers);
        hear(leadership, 2, true);
        assertTrue(leadership.hasMajorityRoom());
        hear(leadership, 3, true);
        assertFalse(leadership.hasMajorityRoom());
        hear(leadership, 3, false);
        assertTrue(leadership.hasMajorityRoom(), "it is busy, not full");
        hear(leadership, 3, true);
        leadership.onMatched(peers.find(2), 6, 0, null);
        assertTrue(leadership.hasMajorityRoom());
        hear(leadership, 2, true);
        peers.configure(Configuration.ofVoters(1, 2, 3, 4, 5), 6, 0);
        leadership.onConfigured();
        assertTrue(leadership.hasMajorityRoom(), "those who joined have room");
        peers.configure(Configuration.ofVoters(1, 2, 3), 6, 0);
        leadership.onConfigured();
        assertFalse(leadership.hasMajorityRoom());
        leadership.begin(0, 2, 7);
        assertTrue(leadership.hasMajorityRoom(), "of before its term it knows nothing");
    }

    private void hear(final Leadership leadership, final long id, final boolean isDiskFull)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        new AppendReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .success((short)0).rejectedIndex(5).hintIndex(6).diskFull((short)(isDiskFull ? 1 : 0));
        leadership.onRefused(peers.find(id), new AppendReplyDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder()), 0);
    }

    private void refuse(final long id, final boolean isDiskFull)
    {
        peers.find(id).onRefused(5, 6, isDiskFull, 0);
    }
}
