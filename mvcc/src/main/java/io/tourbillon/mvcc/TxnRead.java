package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** A transaction of ranges alone, run outside the log on one revision and answered in parts. */
final class TxnRead extends LongRead
{
    private final GrowingBuffer request = new GrowingBuffer(4096);
    private final TxnOps ops = new TxnOps();
    private final TxnChecker checker;
    private final TxnPlan plan;
    private final TxnRun run;
    private final PartSender sender;
    private final TxnParts parts;
    private final Replies replies;
    private final RangeQuery query = new RangeQuery();
    private final Changes noChanges = new Changes();
    private long lowestRevision;
    private boolean isRun;

    TxnRead(
        final TxnChecker checker,
        final TxnPlan plan,
        final TxnRun run,
        final PartSender sender,
        final TxnParts parts,
        final Replies replies)
    {
        this.checker = checker;
        this.plan = plan;
        this.run = run;
        this.sender = sender;
        this.parts = parts;
        this.replies = replies;
    }

    /** Copies and checks the request: {@code SOUND} or the number of an error. */
    int start(final DirectBuffer buffer, final int offset, final int length, final long revision)
    {
        request.ensure(length).putBytes(0, buffer, offset, length);
        int result = ops.parse(request.buffer(), 0, length);
        result = result == SOUND ? checker.check(ops) : result;
        result = result == SOUND ? plan.make(ops, revision) : result;
        if (result != SOUND)
        {
            return result;
        }
        lowestRevision = revision;
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (!ops.isRange(op))
            {
                return ErrorCode.MALFORMED.number(); // a transaction that may write belongs in the log
            }
            ops.readQuery(op, query);
            lowestRevision = plan.isOnPath(op) && query.revision > 0 ? Math.min(lowestRevision, query.revision) : lowestRevision;
        }
        noChanges.start(revision + 1, 0);
        sender.start(sessionId(), true);
        parts.start(sessionId(), correlationId(), revision, plan.hasSucceeded(0));
        run.start(ops, plan, noChanges, parts);
        isRun = false;
        return SOUND;
    }

    @Override
    long lowestRevision()
    {
        return isRun ? Long.MAX_VALUE : lowestRevision;
    }

    @Override
    boolean step(final int budget)
    {
        if (!isRun)
        {
            final int result = run.step(budget);
            if (result == TxnRun.TOO_MANY_TO_SORT)
            {
                replies.error(sessionId(), correlationId(), ErrorCode.NOT_SUPPORTED.number(), RangeRead.TOO_MANY_TO_SORT);
                return true;
            }
            isRun = result == TxnRun.DONE;
        }
        return sender.isGone() || isRun && parts.finish();
    }
}
