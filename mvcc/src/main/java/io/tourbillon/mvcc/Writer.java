package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The only one who changes keys: each change is one record in {@code revisions}, one head in {@code keys}, the count of live keys and the
 * state hash. Look a key up with {@link #find} first, reserve with {@link #reserve}, then change it.
 */
final class Writer
{
    private static final int RECORD_INITIAL_LENGTH = 4096;

    private final TreeStore store;
    private final Tree keys;
    private final Tree revisions;
    private final MvccHeader header;
    private final RevisionKey revisionKey = new RevisionKey();
    private final KeyHead head = new KeyHead();
    private final GrowingBuffer record = new GrowingBuffer(RECORD_INITIAL_LENGTH);
    private boolean exists;
    private boolean isShortOfRoom;

    Writer(final TreeStore store, final Tree keys, final Tree revisions, final MvccHeader header)
    {
        this.store = store;
        this.keys = keys;
        this.revisions = revisions;
        this.header = header;
    }

    /** Looks a key up; true if it is live. */
    boolean find(final DirectBuffer key, final int offset, final int length)
    {
        exists = keys.get(key, offset, length, head.view());
        if (exists && !head.isSound())
        {
            throw new IllegalStateException("damaged store: misshapen head of a key");
        }
        return exists && !head.isTombstone();
    }

    /** The head of the key that was found live. */
    KeyHead head()
    {
        return head;
    }

    /** Makes sure that one change with such a key and value, and so many pages more, can be written. */
    boolean reserve(final int keyLength, final int valueLength, final int otherPages)
    {
        return reserve(revisions.pagesForPut(RevisionRecord.HEADER_LENGTH + keyLength + valueLength) +
            keys.pagesForPut(KeyHead.LENGTH_MAX) + otherPages);
    }

    /** Makes sure that so many pages can be written. */
    boolean reserve(final int pageCount)
    {
        isShortOfRoom = pageCount > 0 && !store.reserve(pageCount);
        return !isShortOfRoom;
    }

    /** Whether the last reservation was refused. */
    boolean isShortOfRoom()
    {
        return isShortOfRoom;
    }

    /** Puts a value under the key that was looked up last. */
    void put(
        final long main,
        final int sub,
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final DirectBuffer value,
        final int valueOffset,
        final int valueLength,
        final long lease)
    {
        final boolean isLive = exists && !head.isTombstone();
        final long createRevision = isLive ? head.createRevision() : main;
        final long version = isLive ? head.version() + 1 : 1;
        final UnsafeBuffer buffer = record.ensure(RevisionRecord.HEADER_LENGTH + keyLength + valueLength);
        RevisionRecord.putVersion(buffer, createRevision, version, lease);
        RevisionRecord.putKey(buffer, key, keyOffset, keyLength);
        buffer.putBytes(RevisionRecord.HEADER_LENGTH + keyLength, value, valueOffset, valueLength);
        final int headLength = head.advance(exists, main, sub, createRevision, version, lease);
        write(main, sub, key, keyOffset, keyLength, valueLength, headLength);
        header.addLiveKeys(isLive ? 0 : 1);
    }

    /** Writes a tombstone for the key that was looked up last and is live. */
    void delete(final long main, final int sub, final DirectBuffer key, final int keyOffset, final int keyLength)
    {
        assert exists : "delete of a key that is not there";
        assert !head.isTombstone() : "delete of a deleted key";
        final UnsafeBuffer buffer = record.ensure(RevisionRecord.HEADER_LENGTH + keyLength);
        RevisionRecord.putVersion(buffer, 0, 0, 0);
        RevisionRecord.putKey(buffer, key, keyOffset, keyLength);
        final int headLength = head.advance(true, main, sub, 0, 0, 0);
        write(main, sub, key, keyOffset, keyLength, 0, headLength);
        header.addLiveKeys(-1);
    }

    private void write(
        final long main,
        final int sub,
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final int valueLength,
        final int headLength)
    {
        final UnsafeBuffer buffer = record.buffer();
        final int recordLength = RevisionRecord.HEADER_LENGTH + keyLength + valueLength;
        RevisionRecord.putPrev(buffer, exists ? head.modMain() : 0, exists ? head.modSub() : 0);
        RevisionRecord.putJump(buffer, head.nextJumpMain(headLength), head.nextJumpSub(headLength));
        hash(main, sub, keyLength, recordLength);
        header.noteUnseenChange();
        revisions.put(revisionKey.of(main, sub), 0, RevisionKey.LENGTH, buffer, 0, recordLength);
        keys.put(key, keyOffset, keyLength, head.next(), 0, headLength);
    }

    /** Key and value are hashed from where the key begins: whole words, as they were copied. */
    private void hash(final long main, final int sub, final int keyLength, final int recordLength)
    {
        final UnsafeBuffer buffer = record.buffer();
        long hash = Bytes.mix(Bytes.mix(Bytes.mix(header.stateHash(), main), sub), keyLength);
        hash = Bytes.hash(hash, buffer, 0, RevisionRecord.PREV_MAIN_OFFSET);
        hash = Bytes.hash(hash, buffer, RevisionRecord.HEADER_LENGTH, recordLength - RevisionRecord.HEADER_LENGTH);
        header.stateHash(hash);
    }
}
