package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchCreateEncoder;

/**
 * One watch and how far it was delivered. It lives on across connections: its id is the client's own, and it is re-created from the
 * revision after the
 * last one it delivered whole. If the last one was cut off in its middle it is asked for again, and as many of its events as were delivered
 * are skipped:
 * the events of one revision for one watch come in the same order each time.
 */
final class Watch
{
    /** What the watch waits for. */
    enum State
    {
        PENDING, CREATING, CREATED, CANCELING, CANCELED
    }

    final long id;
    private final byte[] key;
    private final byte[] rangeEnd;
    private final int flags;
    /** Of a watch of several ranges; null = a plain one. */
    private final WatchRanges ranges;
    State state = State.PENDING;
    private final long startRevision;
    private long revision;
    private int deliveredCount;
    private int skipCount;
    private long messageNumber;
    private boolean isPartial;

    Watch(final long id, final byte[] key, final byte[] rangeEnd, final long startRevision, final int flags)
    {
        this.id = id;
        this.key = key;
        this.rangeEnd = rangeEnd;
        this.startRevision = startRevision;
        this.flags = flags;
        this.ranges = null;
    }

    Watch(final long id, final WatchRanges ranges)
    {
        this.id = id;
        this.key = null;
        this.rangeEnd = null;
        this.startRevision = ranges.startRevision();
        this.flags = 0;
        this.ranges = ranges;
    }

    /** Bytes of the request that creates it. */
    int createLength()
    {
        return ranges != null ? ranges.encodedLength() :
            MessageHeaderEncoder.ENCODED_LENGTH + WatchCreateEncoder.BLOCK_LENGTH + 2 * Integer.BYTES + key.length + rangeEnd.length;
    }

    /** Writes that request where it was claimed. */
    void encodeCreate(final Encoders encoders, final Outbound out, final long sessionId)
    {
        if (ranges != null)
        {
            ranges.encode(encoders, out, sessionId, id, resumeRevision());
            return;
        }
        final WatchCreateEncoder create = encoders.watchCreate.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(create.request(), sessionId, -id);
        out.buffer().putByte(create.offset() + WatchCreateEncoder.flagsEncodingOffset(), (byte)flags);
        create.watchId(id).startRevision(resumeRevision()).putKey(key, 0, key.length).putRangeEnd(rangeEnd, 0, rangeEnd.length);
    }

    /** The connection or session was lost: to be created again. */
    void onLost()
    {
        state = State.PENDING;
        skipCount = isPartial ? deliveredCount : 0;
    }

    /** @return revision to start from; 0 = now, if it was never created. */
    long resumeRevision()
    {
        if (revision == 0)
        {
            return startRevision;
        }
        return isPartial ? revision : revision + 1;
    }

    /** @param headRevision at which the node registered it. */
    void onCreated(final long headRevision)
    {
        state = State.CREATED;
        if (revision == 0)
        {
            // From now on: what comes next is above the head. From a given revision: nothing below it comes.
            revision = startRevision > 0 ? startRevision - 1 : headRevision;
        }
    }

    /** @return true if the event is new to this watch and so to be delivered. */
    boolean onEvent(final long eventRevision, final long number, final boolean isFragment)
    {
        if (eventRevision < revision)
        {
            return false;
        }
        if (eventRevision > revision)
        {
            revision = eventRevision;
            deliveredCount = 1;
            skipCount = 0;
        }
        else if (skipCount > 0)
        {
            skipCount--;
            messageNumber = number;
            isPartial = isFragment || skipCount > 0;
            return false;
        }
        else if (messageNumber != number && !isPartial)
        {
            return false;
        }
        else
        {
            deliveredCount++;
        }
        messageNumber = number;
        isPartial = isFragment;
        return true;
    }

    void onProgress(final long progressRevision)
    {
        if (state == State.CREATED && progressRevision > revision)
        {
            revision = progressRevision;
            deliveredCount = 0;
            skipCount = 0;
            isPartial = false;
        }
    }
}
