package io.tourbillon.consensus.raft;

import io.tourbillon.consensus.raft.Peers.Reading;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

    private void refuse(final long id, final boolean isDiskFull)
    {
        peers.find(id).onRefused(5, 6, isDiskFull, 0);
    }
}
