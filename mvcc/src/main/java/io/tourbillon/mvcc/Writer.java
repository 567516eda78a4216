package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The only one who changes keys: each change is one record in {@code revisions}, one head in {@code keys}, which is counted as live unless
 * the key is deleted, the lease that the key is attached to, and the state hash. Look a key up with {@link #find} first, reserve with
 * {@link #reserve}, then change it.
 */
final class Writer
{
    private static final int RECORD_INITIAL_LENGTH = 4096;

    /** Who reads, deletes or runs a transaction counts it here, too. */
    final OperationFigures operations = new OperationFigures();

    private final TreeStore store;
    private final Tree keys;
    private final Tree revisions;
    private final Leases leases;
    private final MvccHeader header;
    private final RevisionKey revisionKey = new RevisionKey();
    private final KeyHead head = new KeyHead();
    private final RevisionRecord record = new RevisionRecord();
    private final GrowingBuffer bytes = new GrowingBuffer(RECORD_INITIAL_LENGTH);
    private boolean exists;
    private boolean isShortOfRoom;
    private int pagesAtEnd;
    /** Of the last change, whose record is in {@link #bytes} until the next one. */
    private long lastMain;
    private int lastSub;
    private int lastKeyAt;
    private int lastKeyLength;

    Writer(final TreeStore store, final Tree keys, final Tree revisions, final Leases leases, final MvccHeader header)
    {
        this.store = store;
        this.keys = keys;
        this.revisions = revisions;
        this.leases = leases;
        this.header = header;
    }

    /** Looks a key up; true if it is live. */
    boolean find(final DirectBuffer key, final int offset, final int length)
    {
        exists = head.load(keys, key, offset, length);
        return exists && !head.isTombstone();
    }

    /** The head of the key that was looked up, until it is changed. */
    KeyHead head()
    {
        return head;
    }

    /** Makes sure that one change with such a key and value, and so many pages more, can be written. */
    boolean reserve(final int keyLength, final int valueLength, final int otherPages)
    {
        return reserve(revisions.pagesForPut(RevisionRecord.HEAD_LENGTH_MAX + keyLength + valueLength) +
            keys.pagesForPut(KeyHead.LENGTH_MAX) + leases.pagesForMove() + otherPages);
    }

    /** Pages that the end of the entry may need, whatever it is: each reservation is for them, too. */
    void pagesAtEnd(final int pageCount)
    {
        pagesAtEnd = pageCount;
    }

    /** Makes sure that so many pages can be written. */
    boolean reserve(final int pageCount)
    {
        final int wholeCount = pageCount + pagesAtEnd;
        isShortOfRoom = wholeCount > 0 && !store.reserve(wholeCount);
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
        record.version(isLive ? head.createRevision() : main, isLive ? head.version() + 1 : 1, lease);
        operations.puts++;
        write(main, sub, key, keyOffset, keyLength, value, valueOffset, valueLength);
    }

    /** Writes a tombstone for the key that was looked up last and is live. */
    void delete(final long main, final int sub, final DirectBuffer key, final int keyOffset, final int keyLength)
    {
        assert exists : "delete of a key that is not there";
        assert !head.isTombstone() : "delete of a deleted key";
        record.version(0, 0, 0);
        write(main, sub, key, keyOffset, keyLength, key, keyOffset, 0);
    }

    /** Whether the last change is the first of a revision. */
    boolean isFirstChangeOf(final long main)
    {
        return lastMain == main && lastSub == 0;
    }

    /** What the key of the last change lies in, until the next change. */
    DirectBuffer lastKeyBuffer()
    {
        return bytes.buffer();
    }

    int lastKeyOffset()
    {
        return lastKeyAt;
    }

    int lastKeyLength()
    {
        return lastKeyLength;
    }

    private void write(
        final long main,
        final int sub,
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final DirectBuffer value,
        final int valueOffset,
        final int valueLength)
    {
        final long oldLease = exists ? head.lease() : Leases.NONE;
        record.prev(exists ? head.modMain() : 0, exists ? head.modSub() : 0);
        final int headLength = head.advance(exists, main, sub, record.createRevision(), record.version(), record.lease());
        record.jump(head.jumpMain(), head.jumpSub());
        final UnsafeBuffer buffer = bytes.ensure(RevisionRecord.HEAD_LENGTH_MAX + keyLength + valueLength);
        final int keyAt = record.encodeHead(buffer, main, keyLength);
        lastMain = main;
        lastSub = sub;
        lastKeyAt = keyAt;
        lastKeyLength = keyLength;
        buffer.putBytes(keyAt, key, keyOffset, keyLength);
        buffer.putBytes(keyAt + keyLength, value, valueOffset, valueLength);
        hash(main, sub, keyAt, keyLength, valueLength);
        header.addLiveBytes(LiveBytes.ofChange(keyAt + keyLength + valueLength) + (exists ? 0 : LiveBytes.ofKey(keyLength)));
        header.noteUnseenChange();
        revisions.put(revisionKey.of(main, sub), 0, revisionKey.length(), buffer, 0, keyAt + keyLength + valueLength);
        keys.put(key, keyOffset, keyLength, head.encoded(), 0, headLength, !record.isTombstone());
        leases.move(oldLease, record.lease(), key, keyOffset, keyLength);
    }

    /** Of the change itself, not of its pointers; key and value lie side by side and are hashed in whole words, as they were copied. */
    private void hash(final long main, final int sub, final int keyAt, final int keyLength, final int valueLength)
    {
        long hash = Bytes.mix(Bytes.mix(Bytes.mix(header.stateHash(), main), sub), keyLength);
        hash = Bytes.mix(Bytes.mix(Bytes.mix(hash, record.createRevision()), record.version()), record.lease());
        header.stateHash(Bytes.hash(hash, bytes.buffer(), keyAt, keyLength + valueLength));
    }
}
