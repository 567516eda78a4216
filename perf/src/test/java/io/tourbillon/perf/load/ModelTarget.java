package io.tourbillon.perf.load;

import io.tourbillon.perf.KeySpace;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.Deque;

/** A store in memory that answers right away, save for the one fault planted in it. */
final class ModelTarget implements Target
{
    /** What goes wrong, once, at the operation told. */
    enum Fault
    {
        NONE, LOST_REPLY, SECOND_REPLY, FLIPPED_BIT, OTHER_KEYS_VALUE, MISSING_KEY, STALE_READ, REVISION_BACK, ERROR, LOST_EVENT,
        SECOND_EVENT, DISCONNECT
    }

    private static final int FAULT_AT = 50;

    private final KeySpace keySpace;
    private final Fault fault;
    private final Deque<Runnable> replies = new ArrayDeque<>();
    private final UnsafeBuffer[] values;
    private final long[] revisions;
    private final UnsafeBuffer scratch;
    private LoadRun run;
    private long revision = 1;
    private long operationCount;
    private boolean isWatched;

    ModelTarget(final KeySpace keySpace, final Fault fault)
    {
        this.keySpace = keySpace;
        this.fault = fault;
        this.values = new UnsafeBuffer[keySpace.keyCount()];
        this.revisions = new long[keySpace.keyCount()];
        this.scratch = new UnsafeBuffer(new byte[keySpace.valueLength()]);
    }

    @Override
    public void drive(final LoadRun loadRun)
    {
        run = loadRun;
        long nowNs = System.nanoTime();
        while (run.tick(nowNs))
        {
            while (!replies.isEmpty())
            {
                replies.poll().run();
            }
            nowNs = System.nanoTime();
        }
    }

    private boolean isFaultNow(final Fault kind)
    {
        return fault == kind && operationCount == FAULT_AT;
    }

    @Override
    public boolean put(final long token, final int keyIndex, final long writeNumber, final long intendedNs)
    {
        operationCount++;
        revision++;
        final UnsafeBuffer value = new UnsafeBuffer(new byte[keySpace.valueLength()]);
        keySpace.putValue(keyIndex, writeNumber, intendedNs, value, 0);
        values[keyIndex] = value;
        revisions[keyIndex] = revision;
        final long putRevision = isFaultNow(Fault.REVISION_BACK) ? 1 : revision;
        if (isFaultNow(Fault.ERROR))
        {
            replies.add(() -> run.onError(token, "etcdserver: too many requests"));
            return true;
        }
        if (isFaultNow(Fault.DISCONNECT))
        {
            replies.add(() -> run.onLost("the connection is gone"));
        }
        if (!isFaultNow(Fault.LOST_REPLY))
        {
            replies.add(() -> run.onPut(token, putRevision));
        }
        if (isFaultNow(Fault.SECOND_REPLY))
        {
            replies.add(() -> run.onPut(token, putRevision));
        }
        publish(putRevision, value);
        return true;
    }

    private void publish(final long eventRevision, final UnsafeBuffer value)
    {
        if (isWatched && !isFaultNow(Fault.LOST_EVENT))
        {
            replies.add(() -> run.onEvent(eventRevision, value, 0, value.capacity()));
        }
        if (isWatched && isFaultNow(Fault.SECOND_EVENT))
        {
            replies.add(() -> run.onEvent(eventRevision, value, 0, value.capacity()));
        }
    }

    @Override
    public boolean get(final long token, final int keyIndex)
    {
        operationCount++;
        scratch.putBytes(0, values[keyIndex], 0, keySpace.valueLength());
        if (isFaultNow(Fault.FLIPPED_BIT))
        {
            scratch.putByte(100, (byte)(scratch.getByte(100) ^ 1));
        }
        if (isFaultNow(Fault.OTHER_KEYS_VALUE))
        {
            keySpace.putValue((keyIndex + 1) % keySpace.keyCount(), 1, 1, scratch, 0);
        }
        final long modRevision =
            isFaultNow(Fault.MISSING_KEY) ? 0 : isFaultNow(Fault.STALE_READ) ? revisions[keyIndex] - 1 : revisions[keyIndex];
        final UnsafeBuffer answer = new UnsafeBuffer(scratch.byteArray().clone());
        replies.add(() -> run.onGet(token, modRevision, answer, 0, answer.capacity()));
        return true;
    }

    @Override
    public boolean watch()
    {
        isWatched = true;
        replies.add(() -> run.onWatching(revision));
        return true;
    }

    @Override
    public boolean requestStatus()
    {
        final long operations = operationCount;
        replies.add(() -> run.onStatus(new ServerStatus(operations / 10, operations, operations * 600, 0, "model")));
        return true;
    }

    @Override
    public void close()
    {
    }
}
