package io.tourbillon.consensus.raft;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a leader believes of a member that it has to ask where their logs agree. */
class PeerProbeTest
{
    private static final int WINDOW = 64;
    private static final long LAST_INDEX = 9;

    private final Peer peer = new Peer(2);

    /**
     * The member started again; an acknowledgement of its earlier run was still on its way. Taken for the probe's answer it would end the
     * probe, and the member, which believes nothing of what it holds before it was asked, would neither commit nor apply until the next
     * write.
     */
    @Test
    void shouldAskAMemberThatConnectsAnewThoughAnOldAcknowledgementComesFirst()
    {
        peer.reset(LAST_INDEX, 0, 0);
        peer.onSent(LAST_INDEX, 0);
        peer.onMatched(LAST_INDEX, 1);
        peer.sentCommitIndex = LAST_INDEX;
        assertEquals(Peer.Mode.PIPELINE, peer.mode);
        assertFalse(peer.isReadyToSend(LAST_INDEX, WINDOW), "there is nothing to be sent");

        peer.probe(2);
        peer.onMatched(LAST_INDEX, 3);
        assertTrue(peer.isReadyToSend(LAST_INDEX, WINDOW), "the probe is still to be sent");

        peer.onSent(LAST_INDEX, 4);
        peer.onMatched(LAST_INDEX, 5);
        assertEquals(Peer.Mode.PIPELINE, peer.mode);
        assertEquals(0, peer.sentCommitIndex, "it is told of the commit index again");
    }
}
