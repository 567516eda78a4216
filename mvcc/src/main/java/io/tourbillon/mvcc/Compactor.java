package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.ErrorCode;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * Removes what no read may ask for any more. The bound is set when the compact entry is applied and counts at once; the removal follows in
 * slices whose size is a function of the log alone, so members with the same log hold the same records.
 * <p>
 * It walks the changes made since the last compaction, not the live keys. A change is needless if its key has a later one at or below the
 * bound, which the key's head tells; so is a tombstone below the bound, with the head if nothing came after. The change before it (its
 * {@code prev}) goes with it if it lies before the walk. So of what the walk comes by each page is copied once, however many of its records
 * go: removing every {@code prev} from where it stands would copy a page for each. A tombstone at the bound stays for watchers that start
 * there; so the next compaction begins with the last one's bound.
 */
final class Compactor
{
    private final Tree keys;
    private final Tree revisions;
    private final MvccHeader header;
    private final Cursor cursor;
    private final RevisionKey from = new RevisionKey();
    private final RevisionKey removed = new RevisionKey();
    private final RevisionRecord record = new RevisionRecord();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Limits.KEY_LENGTH_MAX]);
    private final KeyHead head = new KeyHead();
    private final Versions versions;
    /** Where the walk to the present bound began: what is needless from here on goes when the walk comes to it. */
    private long walkMain;
    private long walkSub;

    Compactor(final Tree keys, final Tree revisions, final MvccHeader header)
    {
        this.keys = keys;
        this.revisions = revisions;
        this.header = header;
        cursor = revisions.cursor();
        versions = new Versions(revisions, header);
        beginWalk();
    }

    /** Below the cursor an older bound may have held; nothing is known of that after an open or with another member's state. */
    void beginWalk()
    {
        walkMain = header.compactCursorMain();
        walkSub = header.compactCursorSub();
    }

    /** Whether a compaction to a revision may begin: {@code SOUND} or the number of an error. */
    int check(final long revision)
    {
        if (revision <= header.compactRevision())
        {
            return ErrorCode.COMPACTED.number();
        }
        return revision > header.revision() ? ErrorCode.FUTURE_REVISION.number() : SOUND;
    }

    /** Sets the bound; from now on nothing below it can be read. */
    void start(final long revision)
    {
        final long oldBound = Math.max(0, header.compactedBound());
        if (header.compactCursorMain() >= oldBound)
        {
            header.compactCursor(oldBound, 0); // tombstones at the old bound were kept: look at them again
        }
        beginWalk();
        header.compactRevision(revision);
        header.compactedBound(revision);
        header.stateHash(Bytes.mix(header.stateHash(), -revision));
    }

    boolean isActive()
    {
        return header.compactCursorMain() <= header.compactedBound();
    }

    /** Pages to reserve for the slice that follows each entry; 0 when there is nothing to remove. */
    int pages()
    {
        return isActive() ? pages(Limits.COMPACTION_PER_ENTRY) : 0;
    }

    /** Pages to reserve for a slice of so many changes. */
    int pages(final int budget)
    {
        return budget * (2 * revisions.pagesForRemove() + keys.pagesForRemove());
    }

    /** Looks at so many changes, after {@link #pages} were reserved. */
    void step(final int budget)
    {
        for (int i = 0; i < budget && isActive(); i++)
        {
            if (!cursor.seek(from.of(header.compactCursorMain(), header.compactCursorSub()), 0, from.length()))
            {
                header.compactCursor(header.compactedBound() + 1, 0);
                return;
            }
            visit();
        }
    }

    private void visit()
    {
        final DirectBuffer place = cursor.key();
        final long main = RevisionKey.main(place);
        final int sub = RevisionKey.sub(place);
        if (main > header.compactedBound())
        {
            header.compactCursor(header.compactedBound() + 1, 0);
            return;
        }
        record.require(cursor.value(), main, sub);
        final long prevMain = record.prevMain();
        final int prevSub = record.prevSub();
        final int keyLength = record.keyLength();
        final boolean isGone = record.isTombstone() && main < header.compactedBound();
        final boolean isNeedless = isSuperseded(main, sub) || isGone;
        final boolean isHeadNeedless = isGone && head.modMain() == main;
        if (isHeadNeedless)
        {
            key.putBytes(0, record.bytes(), record.keyOffset(), keyLength);
        }
        if (prevMain != 0 && (prevMain < walkMain || prevMain == walkMain && prevSub < walkSub))
        {
            remove(prevMain, prevSub);
        }
        if (isNeedless)
        {
            remove(main, sub);
        }
        if (isHeadNeedless && keys.remove(key, 0, keyLength))
        {
            header.addLiveBytes(-LiveBytes.ofKey(keyLength));
        }
        header.compactCursor(main, sub + 1);
    }

    /** Drops a change, unless that was done before. */
    private void remove(final long main, final int sub)
    {
        final int recordLength = revisions.removeValue(removed.of(main, sub), 0, removed.length());
        if (recordLength != Tree.NOT_FOUND)
        {
            header.addLiveBytes(-LiveBytes.ofChange(recordLength));
        }
    }

    /** Whether the key of the record has a later change at or below the bound; loads its head. */
    private boolean isSuperseded(final long main, final int sub)
    {
        if (!head.load(keys, record.bytes(), record.keyOffset(), record.keyLength()) || !versions.findAt(head, header.compactedBound()))
        {
            throw new IllegalStateException("damaged store: no head leads to change " + main + "." + sub);
        }
        return versions.main() != main;
    }
}
