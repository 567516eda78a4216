package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchEventsEncoder;
import io.tourbillon.codecs.client.WatchEventsEncoder.EventsEncoder;
import io.tourbillon.codecs.client.WatchEventsEncoder.EventsEncoder.WatchersEncoder;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * One message of events in the making: each change once, with the ids of the session's watchers that want it; those that also want what was
 * there before, or no values, get an event of their own. It knows up to where it holds whole revisions, and can be cut there.
 */
final class EventBatch
{
    /** Ids of one change in one message: 16 KiB. */
    static final int IDS_MAX = 2048;

    private static final int EVENT_OVERHEAD = EventsEncoder.sbeBlockLength() + WatchersEncoder.HEADER_SIZE + 3 * Integer.BYTES;
    private static final int COUNT_OFFSET = 2;
    private static final byte[] NO_BYTES = new byte[0];

    private final Egress egress;
    private final ReplyHead head;
    private final Versions before;
    private final MvccHeader header;
    private final GrowingBuffer buffer = new GrowingBuffer(Limits.PART_LENGTH_MAX + 4096);
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final WatchEventsEncoder message = new WatchEventsEncoder();
    private final long[] plainIds = new long[IDS_MAX];
    private final long[] prevIds = new long[IDS_MAX];
    private final long[] keyOnlyIds = new long[IDS_MAX];
    private int plainCount;
    private int prevCount;
    private int keyOnlyCount;
    private EventsEncoder events;
    private long sessionId;
    private boolean isCatchUp;
    private int groupOffset;
    private int eventCount;
    private int wholeCount;
    private int wholeLimit;

    EventBatch(final Egress egress, final ReplyHead head, final MvccHeader header, final Versions before)
    {
        assert WatchersEncoder.sbeBlockLength() == Long.BYTES : "ids are written in a row";
        this.egress = egress;
        this.head = head;
        this.header = header;
        this.before = before;
    }

    void begin(final long toSessionId, final long revision, final boolean catchUp)
    {
        sessionId = toSessionId;
        isCatchUp = catchUp;
        message.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(message.reply(), sessionId, 0, revision);
        groupOffset = message.limit();
        events = message.eventsCount(EventsEncoder.countMaxValue());
        eventCount = 0;
        wholeCount = 0;
        wholeLimit = message.limit();
    }

    void clearIds()
    {
        plainCount = 0;
        prevCount = 0;
        keyOnlyCount = 0;
    }

    int idCount()
    {
        return plainCount + prevCount + keyOnlyCount;
    }

    /** Notes a watcher that wants no values. */
    void collectKeyOnly(final long watchId)
    {
        keyOnlyIds[keyOnlyCount++] = watchId;
    }

    /** Notes a watcher of the change to be added; up to {@link #IDS_MAX}. */
    void collect(final long watchId, final boolean wantsPrev)
    {
        if (wantsPrev)
        {
            prevIds[prevCount++] = watchId;
        }
        else
        {
            plainIds[plainCount++] = watchId;
        }
    }

    int eventCount()
    {
        return eventCount;
    }

    /** Whether whole revisions stand before an unfinished one. */
    boolean hasWhole()
    {
        return wholeCount > 0;
    }

    /** All changes of the revisions so far have been added. */
    void markWhole()
    {
        wholeCount = eventCount;
        wholeLimit = message.limit();
    }

    /**
     * Adds a change for the watchers collected.
     *
     * @return false if it does not fit beside what is there already: send first.
     */
    boolean add(final long main, final RevisionRecord record)
    {
        final RevisionRecord prev = prevCount > 0 ? previous(main, record) : null;
        if (prev == null)
        {
            System.arraycopy(prevIds, 0, plainIds, plainCount, prevCount);
            plainCount += prevCount;
            prevCount = 0;
        }
        final int keyOnlyLength = keyOnlyCount == 0 ? 0 : EVENT_OVERHEAD + keyOnlyCount * Long.BYTES + record.keyLength();
        final int length = length(record, null, plainCount) + length(record, prev, prevCount) + keyOnlyLength;
        if (eventCount > 0 && message.limit() + length > Limits.PART_LENGTH_MAX)
        {
            return false;
        }
        buffer.ensure(message.limit() + length);
        if (plainCount > 0)
        {
            write(main, record, null, record.valueLength(), plainIds, plainCount);
        }
        if (prevCount > 0)
        {
            write(main, record, prev, record.valueLength(), prevIds, prevCount);
        }
        if (keyOnlyCount > 0)
        {
            write(main, record, null, 0, keyOnlyIds, keyOnlyCount);
        }
        return true;
    }

    private static int length(final RevisionRecord record, final RevisionRecord prev, final int idCount)
    {
        final int prevLength = prev == null ? 0 : prev.valueLength();
        return idCount == 0 ? 0 : EVENT_OVERHEAD + idCount * Long.BYTES + record.keyLength() + record.valueLength() + prevLength;
    }

    /** What the key held at the revision before: nothing for a creation, nor if that revision is compacted. */
    private RevisionRecord previous(final long main, final RevisionRecord record)
    {
        final long prevMain = record.prevMain();
        final boolean isCreation = record.createRevision() == main;
        if (prevMain == 0 || isCreation || main - 1 < header.compactRevision())
        {
            return null;
        }
        return before.load(prevMain, record.prevSub()) ? before.record() : null;
    }

    private void write(
        final long main,
        final RevisionRecord record,
        final RevisionRecord prev,
        final int valueLength,
        final long[] ids,
        final int idCount)
    {
        final boolean hasPrev = prev != null;
        events.next()
            .createRevision(record.createRevision())
            .modRevision(main)
            .version(record.version())
            .lease(record.lease())
            .prevCreateRevision(hasPrev ? prev.createRevision() : 0)
            .prevModRevision(hasPrev ? record.prevMain() : 0)
            .prevVersion(hasPrev ? prev.version() : 0)
            .prevLease(hasPrev ? prev.lease() : 0)
            .eventType(record.isTombstone() ? EventType.DELETE : EventType.PUT);
        events.flags().clear().prevKv(hasPrev);
        writeIds(ids, idCount);
        events.putKey(record.bytes(), record.keyOffset(), record.keyLength());
        events.putValue(record.bytes(), record.valueOffset(), valueLength);
        if (hasPrev)
        {
            events.putPrevValue(prev.bytes(), prev.valueOffset(), prev.valueLength());
        }
        else
        {
            events.putPrevValue(NO_BYTES, 0, 0);
        }
        eventCount++;
    }

    private void writeIds(final long[] ids, final int idCount)
    {
        events.watchersCount(idCount);
        final MutableDirectBuffer target = buffer.buffer();
        int offset = message.limit();
        for (int i = 0; i < idCount; i++, offset += Long.BYTES)
        {
            target.putLong(offset, ids[i], LITTLE_ENDIAN);
        }
        message.limit(offset);
    }

    /** Sends all that was added; {@code isFragment} if more of its last revision follows. What {@link Egress#event} says. */
    int send(final boolean isFragment)
    {
        return send(eventCount, message.limit(), isFragment);
    }

    /** Sends the whole revisions alone. */
    int sendWhole()
    {
        return send(wholeCount, wholeLimit, false);
    }

    private int send(final int count, final int length, final boolean isFragment)
    {
        message.flags().clear().catchUp(isCatchUp).fragment(isFragment);
        buffer.buffer().putShort(groupOffset + COUNT_OFFSET, (short)count, LITTLE_ENDIAN);
        return egress.event(sessionId, buffer.buffer(), 0, length);
    }
}
