package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** A transaction being answered in parts: one of ranges alone, which never entered the log, or one that was applied. */
final class TxnRead extends LongRead
{
    private final GrowingBuffer request = new GrowingBuffer(4096);
    private final TxnOps ops = new TxnOps();
    private final TxnPath path = new TxnPath();
    private final TxnChecker checker;
    private final TxnPlan plan;
    private final TxnAnswer answer;
    private final PartSender sender;
    private final TxnParts parts;
    private final Replies replies;
    private final RangeQuery query = new RangeQuery();
    private long revision;
    private long lowestRevision;
    private boolean isDecided;
    private boolean isRun;

    TxnRead(
        final TxnChecker checker,
        final TxnPlan plan,
        final TxnAnswer answer,
        final PartSender sender,
        final TxnParts parts,
        final Replies replies)
    {
        this.checker = checker;
        this.plan = plan;
        this.answer = answer;
        this.sender = sender;
        this.parts = parts;
        this.replies = replies;
    }

    /** Copies a request that only reads, and checks what needs no state: {@code SOUND} or the number of an error. */
    int start(final DirectBuffer buffer, final int offset, final int length, final long atRevision)
    {
        int result = copy(buffer, offset, length);
        result = result == SOUND ? checker.check(ops) : result;
        for (int op = 0; op < ops.opCount() && result == SOUND; op++)
        {
            result = ops.isRange(op) ? SOUND : ErrorCode.MALFORMED.number(); // a transaction that may write belongs in the log
        }
        revision = atRevision;
        lowestRevision = atRevision;
        isDecided = false;
        isRun = false;
        if (result == SOUND)
        {
            plan.start(ops, atRevision);
        }
        return result;
    }

    /** Copies a transaction that was applied. */
    void startAnswer(final UnsafeBuffer message, final TxnPath itsPath, final Changes changes, final long headRevision)
    {
        final int result = copy(message, 0, message.capacity());
        assert result == SOUND : "it was parsed before it was applied";
        path.copyFrom(itsPath, ops.opCount());
        revision = headRevision;
        isRun = false;
        begin(changes.main());
    }

    private int copy(final DirectBuffer buffer, final int offset, final int length)
    {
        request.ensure(length).putBytes(0, buffer, offset, length);
        return ops.parse(request.buffer(), 0, length);
    }

    /** The way is known: what remains is to tell. */
    private void begin(final long main)
    {
        isDecided = true;
        lowestRevision = Math.min(revision, main - 1);
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (path.isOnPath(op) && ops.isRange(op))
            {
                ops.readQuery(op, query);
                lowestRevision = query.revision > 0 ? Math.min(lowestRevision, query.revision) : lowestRevision;
            }
        }
        sender.start(sessionId(), isForWrite());
        parts.start(sessionId(), correlationId(), revision, path.hasSucceeded(0));
        answer.start(ops, path, main);
    }

    @Override
    long lowestRevision()
    {
        return isRun ? Long.MAX_VALUE : lowestRevision;
    }

    @Override
    boolean step(final int budget)
    {
        if (!isDecided)
        {
            final int result = plan.step(budget);
            if (result == EntryWork.UNDECIDED)
            {
                return false;
            }
            if (result != SOUND)
            {
                replies.error(sessionId(), correlationId(), result);
                return true;
            }
            path.copyFrom(plan.path(), ops.opCount());
            path.noChanges(ops.opCount());
            begin(revision + 1);
        }
        isRun = isRun || answer.step(budget);
        return sender.isGone() || isRun && parts.finish();
    }
}
