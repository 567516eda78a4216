package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * Applies a compact request: the bound stands in the header with this entry, before anything is removed. A physical one ends when all is
 * removed; that is a function of the log, too.
 */
final class CompactWork implements EntryWork
{
    private static final int CHANGES_PER_STEP = 16;
    private static final int BOUND_SET = 1;

    private final MvccHeader header;
    private final Compactor compactor;
    private final Writer writer;
    private final Replies replies;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final CompactRequestDecoder request = new CompactRequestDecoder();
    private long revision;
    private boolean isPhysical;
    private boolean isBoundSet;

    CompactWork(final MvccHeader header, final Compactor compactor, final Writer writer, final Replies replies)
    {
        this.header = header;
        this.compactor = compactor;
        this.writer = writer;
        this.replies = replies;
    }

    @Override
    public int begin(final Entry entry)
    {
        request.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        revision = request.revision();
        isPhysical = request.flags().physical();
        isBoundSet = header.pendingIndex() == header.appliedIndex() + 1 && header.pendingOp() == BOUND_SET;
        return isBoundSet ? SOUND : compactor.check(revision);
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        assert entry.changes().isEmpty() : "compaction makes no revision";
    }

    @Override
    public boolean step(final Entry entry)
    {
        if (!writer.reserve(compactor.pages(CHANGES_PER_STEP)))
        {
            return false;
        }
        if (!isBoundSet)
        {
            compactor.start(revision);
            isBoundSet = true;
        }
        if (isPhysical)
        {
            compactor.step(CHANGES_PER_STEP - Limits.COMPACTION_PER_ENTRY);
        }
        return !isPhysical || !compactor.isActive();
    }

    @Override
    public int op()
    {
        return isBoundSet ? BOUND_SET : 0;
    }

    @Override
    public boolean isRemembered()
    {
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        replies.compacted(entry.sessionId(), entry.correlationId(), header.revision());
    }
}
