package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Deletes the live keys of a range, all in one main revision, in steps of bounded work. Nobody sees them gone before the entry ends: until
 * then reads are at the revision before.
 */
final class DeleteWalk
{
    /** The walk has ended. */
    static final int DONE = 1;
    /** The budget is used up, or the store has no room now: call again. */
    static final int MORE = 0;

    private final Writer writer;
    private final Compactor compactor;
    private final Versions versions;
    private final Cursor cursor;
    private final KeyHead head = new KeyHead();
    private final KeyRange range = new KeyRange();
    private final Place place = new Place();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Limits.KEY_LENGTH_MAX]);

    DeleteWalk(final Tree keys, final Tree revisions, final MvccHeader header, final Writer writer, final Compactor compactor)
    {
        this.writer = writer;
        this.compactor = compactor;
        versions = new Versions(revisions, header);
        cursor = keys.cursor();
    }

    /** Begins with a range, which is copied. */
    void start(final KeyRange wanted)
    {
        writer.operations.deletes++;
        begin(wanted);
    }

    private void begin(final KeyRange wanted)
    {
        range.copyFrom(wanted);
        place.set(range.buffer(), range.keyOffset(), range.keyLength(), true);
    }

    /** Begins behind the change that the walk made last, before the member was stopped in the midst of it. */
    void resume(final KeyRange wanted, final long main, final int lastSub)
    {
        begin(wanted);
        final boolean isLive = versions.load(main, lastSub);
        assert !isLive : "the last change of a half-applied delete is no tombstone";
        final RevisionRecord record = versions.record();
        place.set(record.bytes(), record.keyOffset(), record.keyLength(), false);
    }

    /**
     * Goes on.
     *
     * @param budget  keys to look at.
     * @param changes counts the sub revisions of the entry; advanced by each key deleted.
     * @return {@link #DONE} or {@link #MORE}.
     */
    int step(final int budget, final Changes changes)
    {
        boolean isValid = !range.isEmpty() && place.seekForward(cursor);
        for (int i = 0; isValid && isInside(); i++)
        {
            final DirectBuffer here = cursor.key();
            final int length = here.capacity();
            if (i == budget)
            {
                place.set(here, 0, length, true);
                return MORE;
            }
            head.wrap(cursor.value());
            if (head.isTombstone())
            {
                isValid = cursor.next();
                continue;
            }
            key.putBytes(0, here, 0, length);
            if (!writer.reserve(length, 0, compactor.pages()))
            {
                place.set(key, 0, length, true);
                return MORE;
            }
            final boolean isLive = writer.find(key, 0, length);
            assert isLive : "the cursor saw it live";
            writer.delete(changes.main(), changes.nextSub(), key, 0, length);
            place.set(key, 0, length, false);
            isValid = place.seekForward(cursor);
        }
        return DONE;
    }

    private boolean isInside()
    {
        final DirectBuffer here = cursor.key();
        return range.isSingle() ? range.contains(here, 0, here.capacity()) : range.isBelowEnd(here, 0, here.capacity());
    }
}
