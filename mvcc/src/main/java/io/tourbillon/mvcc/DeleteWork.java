package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies a delete of a range, however many keys are in it, in steps. What was there before is read for the answer when all is done. */
final class DeleteWork implements EntryWork
{
    private final DeleteWalk walk;
    private final Reads reads;
    private final Replies replies;
    private final int keysPerSlice;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final DeleteRangeRequestDecoder request = new DeleteRangeRequestDecoder();
    private final RangeQuery deleted = new RangeQuery();
    private boolean wantsPrev;

    DeleteWork(final DeleteWalk walk, final Reads reads, final Replies replies, final int keysPerSlice)
    {
        this.walk = walk;
        this.reads = reads;
        this.replies = replies;
        this.keysPerSlice = keysPerSlice;
    }

    @Override
    public int begin(final Entry entry)
    {
        read(entry);
        final int result = deleted.range.check();
        if (result == SOUND)
        {
            walk.start(deleted.range);
        }
        return result;
    }

    private void read(final Entry entry)
    {
        request.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        wantsPrev = request.flags().prevKv();
        deleted.range.read(entry.message(), request.limit());
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        if (!entry.changes().isEmpty())
        {
            walk.resume(deleted.range, entry.changes().main(), entry.changes().count() - 1);
        }
    }

    @Override
    public boolean step(final Entry entry)
    {
        return walk.step(keysPerSlice, entry.changes()) == DeleteWalk.DONE;
    }

    @Override
    public boolean isRemembered()
    {
        return true;
    }

    @Override
    public long toldBeside(final Entry entry)
    {
        return entry.changes().count();
    }

    @Override
    public void answer(final Entry entry)
    {
        read(entry); // the entry may have moved since
        final int count = entry.changes().count();
        if (wantsPrev && count > 0)
        {
            reads.answerDelete(entry, deleted, entry.changes().main());
        }
        else
        {
            final long revision = count > 0 ? entry.changes().main() : entry.changes().main() - 1;
            replies.deleted(entry.sessionId(), entry.correlationId(), count, wantsPrev, revision);
        }
    }
}
