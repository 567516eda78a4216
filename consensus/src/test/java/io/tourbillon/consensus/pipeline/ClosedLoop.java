package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.Checkpoint;
import io.tourbillon.consensus.Ingress;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.StateMachine;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * A load without garbage: keeps a window of writes in flight, and a read with each tenth, against a state machine that only counts.
 */
final class ClosedLoop implements Ingress, StateMachine
{
    private static final int POLL_LIMIT = 32;

    private final UnsafeBuffer payload;
    private final int window;
    private final PaddedLong acknowledged = new PaddedLong();
    private final PaddedLong reads = new PaddedLong();
    private Admission admission;
    private long proposed;
    private long appliedIndex;
    private volatile long limit;

    ClosedLoop(final int payloadLength, final int window)
    {
        this.payload = new UnsafeBuffer(ByteBuffer.allocateDirect(payloadLength));
        this.window = window;
    }

    /** Lets so many writes happen in all. */
    void limit(final long writes)
    {
        limit = writes;
    }

    long acknowledged()
    {
        return acknowledged.getAcquire();
    }

    long reads()
    {
        return reads.getAcquire();
    }

    @Override
    public void onStart(final Admission newAdmission)
    {
        admission = newAdmission;
    }

    @Override
    public int poll(final long nowNs)
    {
        int workCount = 0;
        while (workCount < POLL_LIMIT && proposed < limit && proposed - acknowledged.getAcquire() < window)
        {
            if (admission.propose(7, 0, proposed, 0, 0, payload, 0, payload.capacity()) < 0)
            {
                break;
            }
            proposed++;
            workCount++;
            if (proposed % 10 == 0)
            {
                admission.read(7, 0, proposed, 0, ReadLevel.LINEARIZABLE, payload, 0, 64);
            }
        }
        return workCount;
    }

    @Override
    public long appliedIndex()
    {
        return appliedIndex;
    }

    @Override
    public int onEntry(final EntryFrame entry, final boolean isReplay)
    {
        appliedIndex = entry.index();
        if (entry.sessionId() != 0)
        {
            acknowledged.addRelease(1);
        }
        return DONE;
    }

    @Override
    public void onRead(final long sessionId, final long credential, final DirectBuffer buffer, final int offset, final int length)
    {
        reads.addRelease(1);
    }

    @Override
    public int doWork(final long nowNs)
    {
        return 0;
    }

    @Override
    public Checkpoint freeze()
    {
        return null;
    }
}
