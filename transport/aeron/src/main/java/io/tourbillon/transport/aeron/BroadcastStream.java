package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.exceptions.AeronException;
import io.tourbillon.codecs.BroadcastRanges;
import io.tourbillon.codecs.client.BroadcastEncoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.mvcc.Egress;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * One broadcast: what the state machine tells its session goes out once, whoever listens, behind a head by which a subscriber sees what it
 * has missed. Apply thread; does not allocate.
 */
final class BroadcastStream
{
    /** Before the events. */
    static final int HEAD_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + BroadcastEncoder.BLOCK_LENGTH + Integer.BYTES;

    private static final int FRAGMENT = 1;
    private static final int CONTINUATION = 2;

    private final BroadcastPlan plan;
    private final UnsafeBuffer head = new UnsafeBuffer(ByteBuffer.allocateDirect(HEAD_LENGTH));
    private final BroadcastEncoder message = new BroadcastEncoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final WatchEventsDecoder events = new WatchEventsDecoder();
    private ExclusivePublication publication;
    private long registrationId = Aeron.NULL_VALUE;
    private boolean isGone;
    private long sequence;
    private long previousRevision;
    private long firstRevision;
    private long lastRevision;
    private boolean isAmidRevision;
    private boolean isWatching;
    private long retryNs;

    BroadcastStream(
        final BroadcastPlan plan, final ExclusivePublication publication, final long clusterId, final long memberId, final long runId)
    {
        this.plan = plan;
        this.publication = publication;
        message.wrapAndApplyHeader(head, 0, new MessageHeaderEncoder()).clusterId(clusterId).memberId(memberId).runId(runId)
            .rangesHash(BroadcastRanges.hash(plan.ranges()));
    }

    BroadcastPlan plan()
    {
        return plan;
    }

    /** Whether the state machine knows that it wants to hear. */
    boolean isWatching()
    {
        return isWatching;
    }

    void isWatching(final boolean value)
    {
        isWatching = value;
    }

    /** When it is to ask next. */
    long retryNs()
    {
        return retryNs;
    }

    void retryNs(final long value)
    {
        retryNs = value;
    }

    /** Its publication takes nothing any more: it was closed, or has come to the end of all positions. */
    boolean isGone()
    {
        return isGone;
    }

    /**
     * Puts another publication in the place of the one that is gone; to be called until it is there. Allocates; does not wait for the
     * driver.
     *
     * @param aeron client of the driver.
     * @return whether it is there.
     * @throws AeronException if the driver refuses it; the next call asks again.
     */
    boolean replacePublication(final Aeron aeron)
    {
        try
        {
            if (registrationId == Aeron.NULL_VALUE)
            {
                publication.close();
                registrationId = aeron.asyncAddExclusivePublication(plan.channel(), plan.streamId());
            }
            final ExclusivePublication next = aeron.getExclusivePublication(registrationId);
            if (next != null)
            {
                publication = next;
                registrationId = Aeron.NULL_VALUE;
                isGone = false;
            }
            return next != null;
        }
        catch (final AeronException ex)
        {
            registrationId = Aeron.NULL_VALUE;
            throw ex;
        }
    }

    /**
     * The state machine hears from behind a revision on, for the first time or again: of what came before it nothing more is broadcast. The
     * number that is passed over here is how whoever follows sees it.
     */
    void began(final long revision)
    {
        sequence++;
        previousRevision = revision;
        isAmidRevision = false;
    }

    /** Publishes a message of events. Nobody listening is as good as sent: who comes sees by the numbers that there was something. */
    int event(final DirectBuffer buffer, final int offset, final int length)
    {
        readRevisions(buffer, offset);
        final boolean isFragment = events.flags().fragment();
        encode(sequence + 1, (isFragment ? FRAGMENT : 0) | (isAmidRevision ? CONTINUATION : 0), length);
        final int result = offer(buffer, offset, length);
        if (result == Egress.SENT)
        {
            sequence++;
            isAmidRevision = isFragment;
            previousRevision = isFragment ? previousRevision : lastRevision;
        }
        isWatching &= result != Egress.GONE; // the state machine takes its session for closed
        return result;
    }

    private int offer(final DirectBuffer buffer, final int offset, final int length)
    {
        if (HEAD_LENGTH + length > publication.maxMessageLength())
        {
            return Egress.SENT; // one event, longer than the term lets through: subscribers see the gap and ask for it
        }
        return resultOf(publication.offer(head, 0, HEAD_LENGTH, buffer, offset, length, null));
    }

    private int resultOf(final long position)
    {
        if (position >= 0 || position == Publication.NOT_CONNECTED)
        {
            return Egress.SENT;
        }
        if (position == Publication.BACK_PRESSURED || position == Publication.ADMIN_ACTION)
        {
            return Egress.BACK_PRESSURED;
        }
        isGone = true;
        return Egress.GONE;
    }

    private void encode(final long number, final int flags, final int length)
    {
        message.sequence(number).previousRevision(previousRevision).firstRevision(firstRevision).lastRevision(lastRevision)
            .fragment((short)flags);
        head.putInt(HEAD_LENGTH - Integer.BYTES, length, LITTLE_ENDIAN);
    }

    /** First and last revision of a message; of one that only ends a revision begun before, that revision. */
    private void readRevisions(final DirectBuffer buffer, final int offset)
    {
        events.wrapAndApplyHeader(buffer, offset, header);
        final WatchEventsDecoder.EventsDecoder group = events.events();
        boolean isFirst = true;
        while (group.hasNext())
        {
            lastRevision = group.next().modRevision();
            firstRevision = isFirst ? lastRevision : firstRevision;
            isFirst = false;
            final WatchEventsDecoder.EventsDecoder.WatchersDecoder watchers = group.watchers();
            events.limit(events.limit() + watchers.count() * watchers.actingBlockLength());
            group.skipKey();
            group.skipValue();
            group.skipPrevValue();
        }
    }

    /** Says up to where everything was broadcast; what does not get out now comes again in a moment. */
    void heartbeat(final long revision)
    {
        message.sequence(sequence).previousRevision(previousRevision).firstRevision(revision).lastRevision(revision).fragment((short)0);
        head.putInt(HEAD_LENGTH - Integer.BYTES, 0, LITTLE_ENDIAN);
        resultOf(publication.offer(head, 0, HEAD_LENGTH));
    }
}
