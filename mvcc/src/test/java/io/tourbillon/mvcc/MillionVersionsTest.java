package io.tourbillon.mvcc;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * One key has a million versions and neighbours that have one: what its puts, reads of it, scans across it and watches of it cost, in pages
 * changed, records read and steps, which no machine's speed changes.
 */
class MillionVersionsTest
{
    private static final int VERSION_COUNT = 1_000_000;
    private static final int NEIGHBOUR_COUNT = 200;
    private static final String HOT = "k-100-hot";
    private static final long SESSION = 3;
    /** Twice the binary digits of a million, and a few. */
    private static final int HOPS_MAX = 46;
    /** Keys looked at in a step of a scan, changes in one of a watch. */
    private static final int SLICE = 10;

    private final TreeStore store = TreeStore.open(TreeStoreContext.inMemory().extentBytes(16 << 20));
    private final LastAnswer egress = new LastAnswer();
    private final Mvcc mvcc = new Mvcc(store, new MvccSettings().keysPerSlice(SLICE).eventsPerSlice(SLICE), egress);
    private final Requests requests = new Requests();
    private final EntryFrame frame = new EntryFrame();
    private final UnsafeBuffer frameBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private long firstHotRevision;

    private static final class LastAnswer implements Egress
    {
        private final MessageHeaderDecoder header = new MessageHeaderDecoder();
        private final RangeReplyDecoder range = new RangeReplyDecoder();
        private final WatchEventsDecoder watched = new WatchEventsDecoder();
        private String lastValue;
        private long kvCount;
        private long eventCount;
        private boolean isWhole;

        @Override
        public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            if (header.wrap(buffer, offset).templateId() == RangeReplyDecoder.TEMPLATE_ID)
            {
                range.wrapAndApplyHeader(buffer, offset, header);
                isWhole = range.flags().last();
                for (final RangeReplyDecoder.KvsDecoder kv : range.kvs())
                {
                    kv.skipKey();
                    final byte[] value = new byte[kv.valueLength()];
                    kv.getValue(value, 0, value.length);
                    lastValue = new String(value, ISO_8859_1);
                    kvCount++;
                }
            }
            return SENT;
        }

        @Override
        public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            return reply(sessionId, buffer, offset, length);
        }

        @Override
        public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            eventCount += watched.wrapAndApplyHeader(buffer, offset, header).events().count();
            return SENT;
        }
    }

    @BeforeEach
    void putMillionVersions()
    {
        for (int i = 0; i < NEIGHBOUR_COUNT; i++)
        {
            put(String.format("k-%03d", i), "once");
        }
        firstHotRevision = mvcc.revision() + 1;
        for (int i = 0; i < VERSION_COUNT; i++)
        {
            put(HOT, String.valueOf(mvcc.revision() + 1));
        }
    }

    @AfterEach
    void close()
    {
        store.close();
    }

    private void put(final String key, final String value)
    {
        requests.of(Op.put(key, value), SESSION, 1);
        frame.encode(frameBuffer, 0, 1, mvcc.appliedIndex() + 1, 1, SESSION, 1, 0, requests.buffer, 0, requests.length);
        assertEquals(Mvcc.DONE, mvcc.onEntry(frame, true));
        mvcc.doWork(0);
    }

    /** Duty cycles until a range is answered. */
    private int read(final Op range)
    {
        egress.kvCount = 0;
        egress.isWhole = false;
        requests.of(range, SESSION, 1);
        assertTrue(mvcc.onRead(SESSION, 0, requests.buffer, 0, requests.length));
        int cycles = 0;
        while (!egress.isWhole)
        {
            mvcc.doWork(0);
            cycles++;
        }
        return cycles;
    }

    private int pagesChangedByPut(final String key) throws IOException
    {
        final Checkpoint checkpoint = store.freeze();
        while (!checkpoint.step())
        {
            assertTrue(!checkpoint.isDurable());
        }
        while (store.releaseCheckpointed() > 0)
        {
            assertTrue(checkpoint.isDurable());
        }
        final int before = store.dirtyPageCount();
        put(key, "value");
        return store.dirtyPageCount() - before;
    }

    /** In one test, for it is the versions that take the time. */
    @Test
    void shouldCostNoMoreThanAKeyWithOneVersion() throws IOException
    {
        readOldVersions();
        scanAcross();
        watchFromNearTheEnd();
        final int cold = pagesChangedByPut("k-050");
        final int hot = pagesChangedByPut(HOT);
        assertTrue(hot <= cold, () -> "pages changed by a put of the hot key: " + hot + ", of another: " + cold);
        final KeyHead head = new KeyHead();
        final byte[] key = Requests.bytes(HOT);
        assertTrue(head.load(store.tree(Mvcc.KEYS_TREE), new UnsafeBuffer(key), 0, key.length));
        assertEquals(VERSION_COUNT + 1, head.depth());
        assertTrue(head.rootCount() <= 20, () -> "what a put carries along: " + head.rootCount());
    }

    /** Each hop is one descent of a tree whose height is the logarithm of all changes. */
    private void readOldVersions()
    {
        final MvccHeader header = new MvccHeader(store.userHeader(), 1);
        final Versions versions = new Versions(store.tree(Mvcc.REVISIONS_TREE), header);
        final KeyHead head = new KeyHead();
        final UnsafeBuffer key = new UnsafeBuffer(Requests.bytes(HOT));
        assertTrue(head.load(store.tree(Mvcc.KEYS_TREE), key, 0, key.capacity()));
        final Random random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            final long revision = firstHotRevision + random.nextInt(VERSION_COUNT);
            final long before = versions.hopCount();
            assertTrue(versions.findAt(head, revision));
            final long hops = versions.hopCount() - before;
            assertTrue(hops <= HOPS_MAX, () -> "records read for revision " + revision + ": " + hops);
            if (i % 10 == 0)
            {
                read(Op.range(HOT, "").atRevision(revision));
                assertEquals(String.valueOf(revision), egress.lastValue);
            }
        }
    }

    private void scanAcross()
    {
        final long old = firstHotRevision + VERSION_COUNT / 2;
        final int stepsBelow = read(Op.range("k-", "k-100"));
        final int stepsAcross = read(Op.range("k-", "k."));
        assertEquals(NEIGHBOUR_COUNT + 1, egress.kvCount);
        final int stepsAcrossOld = read(Op.range("k-", "k.").atRevision(old));
        assertEquals(NEIGHBOUR_COUNT + 1, egress.kvCount);
        assertTrue(stepsBelow >= NEIGHBOUR_COUNT / 2 / SLICE - 1, () -> "steps are counted: " + stepsBelow);
        assertTrue(stepsAcross <= 2 * stepsBelow + 2, () -> "steps across: " + stepsAcross + ", of half the keys: " + stepsBelow);
        assertTrue(stepsAcrossOld <= 2 * stepsBelow + 2, () -> "steps at an old revision: " + stepsAcrossOld);
    }

    /** What lies before its start is not read. */
    private void watchFromNearTheEnd()
    {
        final int wanted = 1_000;
        egress.eventCount = 0;
        requests.watch(0, HOT, "", mvcc.revision() - wanted + 1, 0, SESSION, 1);
        assertTrue(mvcc.onRead(SESSION, 0, requests.buffer, 0, requests.length));
        int cycles = 0;
        while (egress.eventCount < wanted)
        {
            mvcc.doWork(0);
            final int soFar = ++cycles;
            assertTrue(soFar <= 2 * wanted / SLICE + 10, () -> "steps of a watch: " + soFar + " for " + egress.eventCount + " events");
        }
        assertEquals(wanted, egress.eventCount);
    }
}
