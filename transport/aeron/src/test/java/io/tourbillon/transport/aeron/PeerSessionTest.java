package io.tourbillon.transport.aeron;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

import static io.tourbillon.codecs.Protocol.PEER_STREAM_ID;
import static io.tourbillon.codecs.Protocol.PEER_URGENT_STREAM_ID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Two members and whoever carries, keeps, changes and repeats what they say. */
class PeerSessionTest
{
    private static final String SECRET = "a secret of thirty-two bytes ...";
    private static final int LENGTH = 64;
    /** One of no template that a handshake has; long enough for a template to be looked up in. */
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private final Member a = new Member(1, 2, SECRET);
    private Member b = new Member(2, 1, SECRET);

    /** One member with its view of the other. */
    private static final class Member
    {
        private final IngressCounters counters = new IngressCounters();
        private final PeerSession session;

        private Member(final long ownId, final long peerId, final String secret)
        {
            session = new PeerSession(
                new ClusterKey(secret.getBytes(StandardCharsets.US_ASCII)),
                new FrameMac(1024),
                new SecureRandom(),
                new Identity("m", 77, ownId, 1, null, false),
                peerId,
                counters);
        }

        /** What it wants to say of the handshake now. */
        private List<UnsafeBuffer> handshakes()
        {
            final List<UnsafeBuffer> said = new ArrayList<>();
            while (session.hasHandshake())
            {
                final DirectBuffer next = session.nextHandshake();
                said.add(joined(next, next.capacity(), session.handshakeTrailer(PEER_URGENT_STREAM_ID)));
            }
            return said;
        }

        private UnsafeBuffer say(final int streamId, final DirectBuffer message)
        {
            final UnsafeBuffer frame = joined(message, LENGTH, session.sign(streamId, message, 0, LENGTH));
            session.onSent(streamId);
            return frame;
        }

        private boolean hears(final int streamId, final UnsafeBuffer frame)
        {
            return session.isProven(streamId, frame, 0, frame.capacity() - FrameMac.TRAILER_LENGTH);
        }
    }

    private static UnsafeBuffer joined(final DirectBuffer message, final int length, final DirectBuffer trailer)
    {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[length + trailer.capacity()]);
        frame.putBytes(0, message, 0, length);
        frame.putBytes(length, trailer, 0, trailer.capacity());
        return frame;
    }

    /** Carries what both say until both are open; gives all that was said. */
    private List<UnsafeBuffer> shakeHands()
    {
        final List<UnsafeBuffer> all = new ArrayList<>();
        Await.until("both are open", () ->
        {
            all.addAll(carry(a, b));
            all.addAll(carry(b, a));
            return a.session.isOpen() && b.session.isOpen() && !a.session.hasHandshake() && !b.session.hasHandshake();
        });
        return all;
    }

    private static List<UnsafeBuffer> carry(final Member from, final Member to)
    {
        final List<UnsafeBuffer> said = from.handshakes();
        said.forEach((frame) -> assertFalse(to.hears(PEER_URGENT_STREAM_ID, frame), "a handshake went on"));
        return said;
    }

    @Test
    void shouldBelieveEachFrameOnceAndInOrder()
    {
        shakeHands();
        final UnsafeBuffer first = a.say(PEER_STREAM_ID, message);
        final UnsafeBuffer second = a.say(PEER_STREAM_ID, message);
        final UnsafeBuffer third = a.say(PEER_STREAM_ID, message);
        assertTrue(b.hears(PEER_STREAM_ID, first));
        assertTrue(b.hears(PEER_STREAM_ID, third), "one between was lost");
        assertFalse(b.hears(PEER_STREAM_ID, second), "late");
        assertFalse(b.hears(PEER_STREAM_ID, third), "again");
        assertEquals(2, b.counters.peerReplays.getAcquire());
        assertFalse(b.hears(PEER_STREAM_ID + 1, a.say(PEER_STREAM_ID, message)), "on another stream");
        assertFalse(a.hears(PEER_STREAM_ID, a.say(PEER_STREAM_ID, message)), "back to who said it");
        assertTrue(b.hears(PEER_STREAM_ID + 1, a.say(PEER_STREAM_ID + 1, message)), "a third stream");
        assertTrue(a.hears(PEER_URGENT_STREAM_ID, b.say(PEER_URGENT_STREAM_ID, message)));
        assertEquals(1, b.counters.peerMacsWrong.getAcquire());
    }

    @Test
    void shouldBelieveNobodyWithoutTheKey()
    {
        b = new Member(2, 1, SECRET.replace('a', 'b'));
        for (int i = 0; i < 3; i++)
        {
            carry(a, b);
            carry(b, a);
        }
        assertFalse(a.session.isOpen() || b.session.isOpen());
        assertNotEquals(0, a.counters.peerMacsWrong.getAcquire());
        assertFalse(a.hears(PEER_STREAM_ID, joined(message, LENGTH, new UnsafeBuffer(new byte[FrameMac.TRAILER_LENGTH]))));
        assertEquals(1, a.counters.peerBeforeHandshake.getAcquire());
    }

    @Test
    void shouldBelieveNothingFromBeforeAReconnection()
    {
        shakeHands();
        final UnsafeBuffer old = a.say(PEER_STREAM_ID, message);
        assertTrue(b.hears(PEER_STREAM_ID, old));
        a.session.renew();
        assertFalse(a.session.isOpen(), "nothing leaves that the other would not believe");
        shakeHands();
        assertFalse(b.hears(PEER_STREAM_ID, old));
        assertTrue(b.hears(PEER_STREAM_ID, a.say(PEER_STREAM_ID, message)));
    }

    @Test
    void shouldAgreeAnewWithWhoWasStartedAnew()
    {
        shakeHands();
        final int agreements = a.session.agreements();
        final UnsafeBuffer old = a.say(PEER_STREAM_ID, message);
        assertTrue(a.hears(PEER_STREAM_ID, b.say(PEER_STREAM_ID, message)));
        b = new Member(2, 1, SECRET);
        assertFalse(b.hears(PEER_STREAM_ID, old), "said to the one before");
        shakeHands();
        assertTrue(a.session.agreements() > agreements, "who sends must hear of it: what was under way is lost");
        assertFalse(b.hears(PEER_STREAM_ID, old));
        assertTrue(b.hears(PEER_STREAM_ID, a.say(PEER_STREAM_ID, message)));
        assertTrue(a.hears(PEER_STREAM_ID, b.say(PEER_STREAM_ID, message)));
    }

    /** Old hellos are true, so they are answered; but nothing is learnt from them, and both go on. */
    @Test
    void shouldNotBeLedBackByOldHandshakes()
    {
        final List<UnsafeBuffer> old = shakeHands();
        b = new Member(2, 1, SECRET);
        old.addAll(shakeHands());
        final int agreements = a.session.agreements();
        for (final UnsafeBuffer handshake : old)
        {
            a.hears(PEER_URGENT_STREAM_ID, handshake);
            b.hears(PEER_URGENT_STREAM_ID, handshake);
            assertTrue(b.hears(PEER_STREAM_ID, a.say(PEER_STREAM_ID, message)));
            assertTrue(a.hears(PEER_STREAM_ID, b.say(PEER_STREAM_ID, message)));
        }
        shakeHands();
        assertEquals(agreements, a.session.agreements());
        assertNotEquals(0, a.counters.peerReplays.getAcquire());
    }
}
