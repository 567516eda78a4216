package io.tourbillon.transport.aeron;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A list of sessions that are behind, of fixed length, under a sequence lock: its writer, apply, waits for nobody, and a reader looks again
 * if it was written meanwhile.
 * <pre>
 *   0         1       2 ...
 * | version | count | rows of FIELDS longs |      an odd version: it is being written
 * </pre>
 */
final class SlowTable
{
    static final int ROWS = 20;
    static final int CONNECTION_ID = 0;
    static final int SESSION_ID = 1;
    static final int CREDENTIAL = 2;
    static final int WHY = 3;
    static final int REVISIONS = 4;
    static final int BYTES = 5;
    /** When it began, of apply's clock; told as how long it has been. */
    static final int SINCE_NS = 6;
    static final int FIELDS = 7;

    private static final int VERSION = 0;
    private static final int COUNT = 1;
    private static final int HEAD = 2;
    private static final long NS_PER_MS = 1_000_000;
    private static final SlowSession.Why[] WHYS = SlowSession.Why.values();

    private final AtomicLongArray cells = new AtomicLongArray(HEAD + ROWS * FIELDS);

    /** Apply; does not allocate. */
    void publish(final long[] rows, final int count, final long nowNs)
    {
        assert count <= ROWS : count;
        final long version = cells.getPlain(VERSION);
        cells.setOpaque(VERSION, version + 1);
        VarHandle.storeStoreFence(); // nothing of the rows is seen with the version before
        cells.setOpaque(COUNT, count);
        for (int i = 0; i < count * FIELDS; i++)
        {
            cells.setOpaque(HEAD + i, i % FIELDS == SINCE_NS ? nowNs - rows[i] : rows[i]);
        }
        cells.setRelease(VERSION, version + 2); // pairs with getAcquire in read
    }

    /** Any thread; allocates. */
    List<SlowSession> read()
    {
        final long[] copy = new long[cells.length()];
        while (true)
        {
            final long version = cells.getAcquire(VERSION);
            for (int i = COUNT; i < copy.length; i++)
            {
                copy[i] = cells.getOpaque(i);
            }
            VarHandle.loadLoadFence();
            if ((version & 1) == 0 && cells.getOpaque(VERSION) == version)
            {
                return sessions(copy);
            }
            Thread.onSpinWait();
        }
    }

    private static List<SlowSession> sessions(final long[] copy)
    {
        final List<SlowSession> sessions = new ArrayList<>();
        for (int row = 0; row < copy[COUNT]; row++)
        {
            final int at = HEAD + row * FIELDS;
            sessions.add(new SlowSession(copy[at + CONNECTION_ID], copy[at + SESSION_ID], copy[at + CREDENTIAL],
                WHYS[(int)copy[at + WHY]], copy[at + REVISIONS], copy[at + BYTES], copy[at + SINCE_NS] / NS_PER_MS));
        }
        return sessions;
    }
}
