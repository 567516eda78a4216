package io.tourbillon.consensus.pipeline;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A sequencer that laps apply as fast as it can, with frames in slots and in the arena: whatever apply reads under its claim, after
 * the slot said that it still is what it was, must be whole.
 */
@Timeout(30)
class LogRingHammerTest
{
    private static final int CAPACITY = 16;
    private static final int INLINE_LENGTH = 128;
    private static final long FRAMES = 1_500_000;

    private final PipelineCounters counters = new PipelineCounters();
    private final LogRing ring = new LogRing(CAPACITY, INLINE_LENGTH, 2048, counters);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong intact = new AtomicLong();
    private final AtomicLong lapped = new AtomicLong();

    @Test
    void shouldNeverShowApplyASlotThatIsBeingOverwritten() throws InterruptedException
    {
        final Thread[] threads =
        {
            new Thread(() -> guarded(this::sequence), "hammer-sequencer"),
            new Thread(() -> guarded(this::journal), "hammer-journal"),
            new Thread(() -> guarded(this::apply), "hammer-apply")
        };
        for (final Thread thread : threads)
        {
            thread.start();
        }
        for (final Thread thread : threads)
        {
            thread.join();
        }
        assertNull(failure.get(), () -> "" + failure.get());
        assertTrue(intact.get() > 0, "nothing was read from the ring");
        assertTrue(lapped.get() > 0, "apply was never lapped: " + intact);
    }

    private void sequence() throws Exception
    {
        for (long sequence = 0; sequence < FRAMES && failure.get() == null;)
        {
            final int length = sequence % 5 == 0 ? 512 : 96;
            final LogSlot slot = ring.next();
            final int offset = slot == null ? SideArena.NO_ROOM : ring.frameOffset(length);
            if (offset == SideArena.NO_ROOM)
            {
                Thread.yield();
                continue;
            }
            for (int i = 0; i < length; i += Long.BYTES)
            {
                ring.memory().putLong(offset + i, sequence);
            }
            slot.entry(1, sequence, offset, length, 0);
            ring.publish(slot);
            ring.committed().set(sequence);
            sequence++;
        }
    }

    private void journal() throws Exception
    {
        while (ring.journalPoller().getSequence().get() < FRAMES - 1 && failure.get() == null)
        {
            ring.journalPoller().poll((slot, sequence, endOfBatch) -> checkWhole(slot, sequence));
            Thread.yield();
        }
    }

    private void apply() throws Exception
    {
        long done = -1;
        while (done < FRAMES - 1 && failure.get() == null)
        {
            ring.claim(done + 1);
            ring.applyPoller().poll((slot, sequence, endOfBatch) ->
            {
                if (slot.isAt(sequence))
                {
                    intact.incrementAndGet();
                    checkWhole(slot, sequence);
                }
                else
                {
                    lapped.incrementAndGet();
                }
                return sequence % 7 != 0;
            });
            ring.releaseClaim();
            done = ring.applyPoller().getSequence().get();
            ring.applied().set(done);
            if (done % 3 == 0)
            {
                Thread.yield();
            }
        }
    }

    private boolean checkWhole(final LogSlot slot, final long sequence)
    {
        assertTrue(slot.index() == sequence, "slot of " + sequence + " carries " + slot.index());
        for (int i = 0; i < slot.length(); i += Long.BYTES)
        {
            final long word = ring.memory().getLong(slot.offset() + i);
            assertTrue(word == sequence, () -> "frame of " + sequence + " holds " + word);
        }
        return true;
    }

    private interface Task
    {
        void run() throws Exception;
    }

    private void guarded(final Task task)
    {
        try
        {
            task.run();
        }
        catch (final Throwable ex)
        {
            failure.compareAndSet(null, ex);
        }
    }
}
