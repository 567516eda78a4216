package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import org.agrona.DirectBuffer;

/**
 * A hash over the changes up to a revision, as they stand in this member's store: keys, values, revisions, versions, leases, tombstones. Of
 * what is at or below the last compaction only what that leaves counts, be the rest removed already or not. So it is the same on members
 * that are at the same revision of the same compaction, and another where a store has been damaged in a way that no checksum tells.
 */
final class HashRead extends LongRead
{
    /** Beside the count of changes: some ten microseconds of hashing, and the rest of the value that passes it. */
    private static final int BYTES_PER_SLICE = 64 * 1024;

    private final Cursor cursor;
    private final Tree keys;
    private final MvccHeader header;
    private final Replies replies;
    private final Versions versions;
    private final KeyHead head = new KeyHead();
    private final RevisionKey from = new RevisionKey();
    private final RevisionRecord record = new RevisionRecord();
    private long revision;
    private long bound;
    private long nextMain;
    private int nextSub;
    private long hash;

    HashRead(final Tree keys, final Tree revisions, final MvccHeader header, final Replies replies)
    {
        this.keys = keys;
        this.header = header;
        this.replies = replies;
        cursor = revisions.cursor();
        versions = new Versions(revisions, header);
    }

    /** Begins at a revision that can be read. */
    void start(final long atRevision)
    {
        revision = atRevision;
        beginWalk();
    }

    private void beginWalk()
    {
        bound = header.compactRevision();
        nextMain = 0;
        nextSub = 0;
        hash = 0;
    }

    @Override
    int check(final Guard guard)
    {
        return guard.auth().refusalUnlessRoot(credential());
    }

    @Override
    long lowestRevision()
    {
        return revision;
    }

    @Override
    boolean step(final int budget)
    {
        if (bound != header.compactRevision())
        {
            beginWalk(); // what it has counted is perhaps no part of the answer any more
        }
        int bytes = 0;
        boolean isThere = cursor.seek(from.of(nextMain, nextSub), 0, from.length());
        for (int i = 0; i < budget && bytes < BYTES_PER_SLICE && isThere && RevisionKey.main(cursor.key()) <= revision; i++)
        {
            bytes += visit();
            isThere = cursor.next();
        }
        if (isThere && RevisionKey.main(cursor.key()) <= revision)
        {
            nextMain = RevisionKey.main(cursor.key());
            nextSub = RevisionKey.sub(cursor.key());
            return false;
        }
        replies.hash(sessionId(), correlationId(), (hash ^ hash >>> Integer.SIZE) & 0xFFFF_FFFFL, bound, revision);
        return true;
    }

    /** Takes in the change at the cursor if it counts. Bytes looked at. */
    private int visit()
    {
        final DirectBuffer place = cursor.key();
        final long main = RevisionKey.main(place);
        final int sub = RevisionKey.sub(place);
        record.require(cursor.value(), main, sub);
        if (main > bound || isKept(main, sub))
        {
            hash = Bytes.mix(Bytes.mix(Bytes.mix(hash, main), sub), record.isTombstone() ? 1 : 0);
            hash = Bytes.mix(Bytes.mix(Bytes.mix(hash, record.createRevision()), record.version()), record.lease());
            hash = Bytes.hash(hash, record.bytes(), record.keyOffset(), record.keyLength());
            hash = Bytes.hash(hash, record.bytes(), record.valueOffset(), record.valueLength());
        }
        return record.bytes().capacity();
    }

    /** Whether the compaction leaves a change at or below it: one that can be read at its revision. */
    private boolean isKept(final long main, final int sub)
    {
        return !record.isTombstone() && head.load(keys, record.bytes(), record.keyOffset(), record.keyLength()) &&
            versions.findAt(head, bound) && versions.main() == main && versions.sub() == sub;
    }
}
