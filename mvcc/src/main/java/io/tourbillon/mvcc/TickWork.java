package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.CompactTickDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies a compactTick: lets compaction look at as many changes as the entry says. */
final class TickWork implements EntryWork
{
    private static final int CHANGES_PER_STEP = 16;

    private final Compactor compactor;
    private final Writer writer;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final CompactTickDecoder tick = new CompactTickDecoder();
    private int budget;
    private int done;

    TickWork(final Compactor compactor, final Writer writer)
    {
        this.compactor = compactor;
        this.writer = writer;
    }

    @Override
    public int begin(final Entry entry)
    {
        tick.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        budget = Math.max(0, Math.min(tick.budget(), Limits.COMPACTION_PER_TICK_MAX));
        done = 0;
        return SOUND;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        done = state.pendingOp();
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (!compactor.isActive() || done >= budget)
        {
            return true;
        }
        final int count = Math.min(budget - done, CHANGES_PER_STEP);
        if (!writer.reserve(compactor.pages(count + Limits.COMPACTION_PER_ENTRY)))
        {
            return false;
        }
        compactor.step(count);
        done += count;
        return done >= budget;
    }

    @Override
    public int op()
    {
        return done;
    }

    @Override
    public void answer(final Entry entry)
    {
        assert false : "nobody waits for a tick";
    }
}
