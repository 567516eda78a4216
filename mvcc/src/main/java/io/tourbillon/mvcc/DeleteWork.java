package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies a delete of a range, however many keys are in it, in steps. */
final class DeleteWork implements EntryWork
{
    private final MvccHeader header;
    private final DeleteWalk walk;
    private final DeleteParts parts;
    private final PartSender sender;
    private final int keysPerSlice;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final DeleteRangeRequestDecoder request = new DeleteRangeRequestDecoder();
    private final KeyRange range = new KeyRange();
    private boolean wantsPrev;

    DeleteWork(final MvccHeader header, final DeleteWalk walk, final DeleteParts parts, final PartSender sender, final int keysPerSlice)
    {
        this.header = header;
        this.walk = walk;
        this.parts = parts;
        this.sender = sender;
        this.keysPerSlice = keysPerSlice;
    }

    @Override
    public int begin(final Entry entry)
    {
        request.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        wantsPrev = request.flags().prevKv();
        range.read(entry.message(), request.limit());
        final int result = range.check();
        if (result != SOUND)
        {
            return result;
        }
        walk.start(range);
        if (entry.isAnswered())
        {
            sender.start(entry.sessionId(), false);
            parts.start(entry.sessionId(), entry.correlationId(), entry.changes().main());
        }
        return SOUND;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        if (!entry.changes().isEmpty())
        {
            walk.resume(range, entry.changes().main(), entry.changes().count() - 1);
        }
    }

    @Override
    public boolean step(final Entry entry)
    {
        return walk.step(keysPerSlice, entry.changes(), wantsPrev && entry.isAnswered() ? parts : null) == DeleteWalk.DONE;
    }

    @Override
    public int op()
    {
        return 0;
    }

    @Override
    public int opStart()
    {
        return 0;
    }

    @Override
    public void answer(final Entry entry)
    {
        parts.finish(entry.changes().count(), header.revision(), wantsPrev);
    }
}
