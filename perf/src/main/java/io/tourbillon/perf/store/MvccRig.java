package io.tourbillon.perf.store;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.client.CompactRequestEncoder;
import io.tourbillon.codecs.client.DeleteRangeRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.RequestHeaderEncoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.codecs.client.WatchCreateEncoder;
import io.tourbillon.codecs.record.CompactTickEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.jmh.Wrong;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The state machine over a store in a file, fed with entries as the apply thread feeds it; checkpoints on a thread of their own. The
 * constructing thread is the writer.
 */
final class MvccRig implements AutoCloseable
{
    static final int KEY_LENGTH = 32;
    static final int VALUE_LENGTH = 256;
    static final int PAYLOAD_LENGTH = KEY_LENGTH + VALUE_LENGTH;
    static final byte[] ALL_FROM = KeySpace.PREFIX.getBytes(StandardCharsets.US_ASCII);
    static final byte[] ALL_TO = KeySpace.PREFIX.replace('/', '0').getBytes(StandardCharsets.US_ASCII); // the byte after '/'

    private static final long SESSION_ID = 7;
    private static final int BUFFER_LENGTH = 64 * 1024;

    final TreeStore store;
    final Mvcc mvcc;
    final Background background;
    final CountingEgress egress;
    final KeySpace keySpace;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final PutRequestEncoder put = new PutRequestEncoder();
    private final EntryFrame frame = new EntryFrame();
    private final UnsafeBuffer frameBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * BUFFER_LENGTH));
    private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(BUFFER_LENGTH));
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(KEY_LENGTH));
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(VALUE_LENGTH));
    private long index;
    private long correlationId;
    private int callCount;
    private long longestCallNs;

    /** @param poolBytes for pages that no checkpoint has written. */
    MvccRig(final Path file, final int keyCount, final long poolBytes, final MvccSettings settings)
    {
        keySpace = new KeySpace(keyCount, KEY_LENGTH, VALUE_LENGTH);
        store = TreeStore.open(TreeStoreContext.file(file).poolBytes(poolBytes).growInline(false));
        egress = new CountingEgress(keySpace);
        mvcc = new Mvcc(store, settings, egress);
        background = new Background(store);
        index = mvcc.appliedIndex();
    }

    void head(final RequestHeaderEncoder request)
    {
        request.sessionId(SESSION_ID).correlationId(++correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
    }

    /** Puts a key; waits while there is no room, with a checkpoint begun. */
    void put(final int keyIndex, final long writeNumber)
    {
        keySpace.putKey(keyIndex, key, 0);
        keySpace.putValue(keyIndex, writeNumber, 0, value, 0);
        put.wrapAndApplyHeader(message, 0, header);
        head(put.request());
        put.lease(0).flags().clear();
        put.putKey(key, 0, KEY_LENGTH).putValue(value, 0, VALUE_LENGTH);
        apply(MessageHeaderEncoder.ENCODED_LENGTH + put.encodedLength());
    }

    /** Puts each key once, with a checkpoint whenever a quarter of the pool is full. */
    void putAll(final long writeNumber)
    {
        for (int i = 0; i < keySpace.keyCount(); i++)
        {
            put(i, writeNumber);
            checkpointIfDue();
        }
    }

    /** Begins a checkpoint when a quarter of the pool is full. */
    void checkpointIfDue()
    {
        store.releaseCheckpointed();
        if (store.dirtyPageCount() > store.poolPagesMax() / 4)
        {
            background.tryCheckpoint();
        }
    }

    /** Deletes all keys. */
    void deleteAll()
    {
        final DeleteRangeRequestEncoder delete = new DeleteRangeRequestEncoder().wrapAndApplyHeader(message, 0, header);
        head(delete.request());
        delete.flags().clear();
        delete.putKey(ALL_FROM, 0, ALL_FROM.length).putRangeEnd(ALL_TO, 0, ALL_TO.length);
        apply(delete.limit());
    }

    /** Compacts up to a revision: the bound only; the removal follows with {@link #tick(int)} and with each entry. */
    void compact(final long revision)
    {
        final CompactRequestEncoder compact = new CompactRequestEncoder().wrapAndApplyHeader(message, 0, header);
        head(compact.request());
        compact.revision(revision).flags().clear();
        apply(compact.limit());
    }

    /** What an idle leader proposes while a compaction is under way. */
    void tick(final int budget)
    {
        final CompactTickEncoder tick = new CompactTickEncoder()
            .wrapAndApplyHeader(message, 0, new io.tourbillon.codecs.record.MessageHeaderEncoder());
        tick.budget(budget);
        apply(tick.limit());
    }

    /** Watches one key: of a session of the caller's choice. */
    void watch(final long sessionId, final int keyIndex)
    {
        final WatchCreateEncoder watch = new WatchCreateEncoder().wrapAndApplyHeader(message, 0, header);
        head(watch.request());
        watch.request().sessionId(sessionId);
        watch.watchId(0).startRevision(0).flags().clear();
        keySpace.putKey(keyIndex, key, 0);
        watch.putKey(key, 0, KEY_LENGTH).putRangeEnd(ALL_FROM, 0, 0);
        Wrong.unless(mvcc.onRead(sessionId, 0, message, 0, watch.limit()), "the watch was not taken");
    }

    /** Reads a key at a revision (0 = the newest) and checks its value; {@code writeNumber} below 0 = any. */
    void get(final int keyIndex, final long revision, final long writeNumber)
    {
        final RangeRequestEncoder range = new RangeRequestEncoder().wrapAndApplyHeader(message, 0, header);
        head(range.request());
        range.keyLimit(0).revision(revision).minModRevision(0).maxModRevision(0).minCreateRevision(0).maxCreateRevision(0)
            .sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY).flags().clear();
        keySpace.putKey(keyIndex, key, 0);
        range.putKey(key, 0, KEY_LENGTH).putRangeEnd(ALL_FROM, 0, 0);
        egress.expectValue(keyIndex, writeNumber);
        Wrong.unless(mvcc.onRead(SESSION_ID, 0, message, 0, range.limit()), "not served");
        for (int i = 0; egress.isExpecting() && i < 100; i++)
        {
            mvcc.doWork(System.nanoTime());
        }
        Wrong.unless(!egress.isExpecting(), "a read was not answered");
    }

    /** The message buffer, for requests that are made elsewhere and then {@link #apply applied}. */
    UnsafeBuffer message()
    {
        return message;
    }

    MessageHeaderEncoder header()
    {
        return header;
    }

    /** Applies what lies in the message buffer, to its end. */
    void apply(final int length)
    {
        index++;
        final int frameLength = frame.encode(
            frameBuffer, 0, 1, index, 1, SESSION_ID, correlationId, 0, message, 0, length);
        callCount = 0;
        longestCallNs = 0;
        final long repliesBefore = egress.errorCount();
        while (call(frameLength) != Mvcc.DONE)
        {
            store.releaseCheckpointed();
        }
        Wrong.unless(egress.errorCount() == repliesBefore, "an entry was answered with an error");
    }

    private int call(final int frameLength)
    {
        final long startNs = System.nanoTime();
        final int result = mvcc.onEntry(frame.wrap(frameBuffer, 0, frameLength), true);
        final long callNs = System.nanoTime() - startNs;
        callCount++;
        longestCallNs = Math.max(longestCallNs, callNs);
        egress.onCall(callNs);
        mvcc.doWork(System.nanoTime());
        if (result == Mvcc.PAUSED)
        {
            background.tryCheckpoint();
        }
        return result;
    }

    /** Calls that the last entry took. */
    int callCount()
    {
        return callCount;
    }

    /** The longest of them. */
    long longestCallNs()
    {
        return longestCallNs;
    }

    /** Bytes of pages in use. */
    long usedBytes()
    {
        return (long)(store.pageCount() - store.freePageCount()) * TreeStore.PAGE_LENGTH;
    }

    @Override
    public void close()
    {
        background.close();
        store.close();
    }
}
