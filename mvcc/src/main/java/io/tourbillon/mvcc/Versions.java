package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds the change of a key that was newest at a revision, by the chain of pointers behind the key's head. A pointer is followed only to a
 * change that is newer than the revision wanted; the answer itself is taken from the pointer to it. So no compacted change is ever read:
 * compaction keeps everything newer than its bound, no revision below the bound is asked for, and an answer that is missing was a
 * tombstone.
 */
final class Versions
{
    private final Tree revisions;
    private final MvccHeader header;
    private final RevisionKey key = new RevisionKey();
    private final RevisionRecord hop = new RevisionRecord();
    private final RevisionRecord record = new RevisionRecord();
    private final Cursor cursor;
    private long main;
    private int sub;
    private long hopCount;

    Versions(final Tree revisions, final MvccHeader header)
    {
        this(revisions, header, null);
    }

    private Versions(final Tree revisions, final MvccHeader header, final Cursor cursor)
    {
        this.revisions = revisions;
        this.header = header;
        this.cursor = cursor;
    }

    /** A reader whose record stays valid while others read: a long value lies in the cursor's memory, not in the tree's one buffer. */
    static Versions withOwnMemory(final Tree revisions, final MvccHeader header)
    {
        return new Versions(revisions, header, revisions.cursor());
    }

    /** Main revision of what {@link #findAt} found. */
    long main()
    {
        return main;
    }

    /** Sub revision of what {@link #findAt} found. */
    int sub()
    {
        return sub;
    }

    /** The record that {@link #load} loaded; valid until the next load or write. */
    RevisionRecord record()
    {
        return record;
    }

    /** Records read to find old versions since this was made. */
    long hopCount()
    {
        return hopCount;
    }

    /**
     * Finds the newest change of a key at or before a revision, be it a tombstone.
     *
     * @return false if the key had no change yet; else see {@link #main()} and {@link #sub()}.
     */
    boolean findAt(final KeyHead head, final long revision)
    {
        main = head.modMain();
        sub = head.modSub();
        if (main <= revision)
        {
            return true;
        }
        final int rootCount = head.rootCount();
        for (int i = 0; i < rootCount && head.rootMain(i) > revision; i++)
        {
            main = head.rootMain(i);
            sub = head.rootSub(i);
        }
        return walkBack(revision);
    }

    /**
     * Finds the newest change of a key at or before a change of a revision. One revision changes a key only once: if that was later within
     * it, it is a change of an earlier revision.
     */
    boolean findAt(final KeyHead head, final long revision, final int subRevision)
    {
        final boolean isFound = findAt(head, revision);
        final boolean isTooNew = isFound && main == revision && sub > subRevision;
        return isTooNew ? findAt(head, revision - 1) : isFound;
    }

    private boolean walkBack(final long revision)
    {
        while (main > revision)
        {
            require(read(main, sub, hop), main, sub);
            hopCount++;
            final long jumpMain = hop.jumpMain();
            final boolean isFar = jumpMain > revision;
            sub = isFar ? hop.jumpSub() : hop.prevSub();
            main = isFar ? jumpMain : hop.prevMain();
        }
        return main != 0;
    }

    /**
     * Loads the record of a change.
     *
     * @return false if it is not there, which only a compacted tombstone may be, or is a tombstone.
     */
    boolean load(final long main, final int sub)
    {
        if (!read(main, sub, record))
        {
            require(main < header.compactRevision(), main, sub);
            return false;
        }
        return !record.isTombstone();
    }

    private boolean read(final long main, final int sub, final RevisionRecord target)
    {
        key.of(main, sub);
        if (cursor == null ? !revisions.get(key.buffer(), 0, key.length(), target.bytes()) : !readByCursor(target.bytes()))
        {
            return false;
        }
        require(target.decode(main), main, sub);
        return true;
    }

    private boolean readByCursor(final UnsafeBuffer target)
    {
        if (!cursor.seek(key.buffer(), 0, key.length()) ||
            !Bytes.areEqual(cursor.key(), 0, cursor.key().capacity(), key.buffer(), 0, key.length()))
        {
            return false;
        }
        target.wrap(cursor.value());
        return true;
    }

    private static void require(final boolean isSound, final long main, final int sub)
    {
        if (!isSound)
        {
            throw new IllegalStateException("damaged store: change " + main + "." + sub + " is missing or misshapen");
        }
    }
}
