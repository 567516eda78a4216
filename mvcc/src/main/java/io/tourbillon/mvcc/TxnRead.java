package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * A transaction being answered in parts: one of ranges alone, which never entered the log, one that was just applied, or one that was
 * applied before and has come again: its way is found once more in the state before it.
 */
final class TxnRead extends LongRead
{
    private final GrowingBuffer request = new GrowingBuffer(4096);
    private final TxnOps ops = new TxnOps();
    private final TxnPath path = new TxnPath();
    private final TxnChecker checker;
    private final TxnPlan plan;
    private final TxnRetrace retrace;
    private final TxnAnswer answer;
    private final PartSender sender;
    private final TxnParts parts;
    private final Replies replies;
    private final MvccHeader header;
    private final OperationFigures operations;
    private final RangeQuery query = new RangeQuery();
    private long revision;
    private long lowestRevision;
    private long main;
    private boolean isAgain;
    private boolean hadChanged;
    private boolean isPlanned;
    private boolean isDecided;
    private boolean isRun;

    TxnRead(
        final MvccHeader header,
        final TxnChecker checker,
        final TxnPlan plan,
        final TxnRetrace retrace,
        final TxnAnswer answer,
        final PartSender sender,
        final TxnParts parts,
        final Replies replies,
        final OperationFigures operations)
    {
        this.header = header;
        this.checker = checker;
        this.plan = plan;
        this.retrace = retrace;
        this.answer = answer;
        this.sender = sender;
        this.parts = parts;
        this.replies = replies;
        this.operations = operations;
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
        isAgain = false;
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

    /** Copies a transaction that was applied before: {@code SOUND}, or the number of an error if it was not this one. */
    int startAgain(final UnsafeBuffer message, final Outcome first)
    {
        int result = copy(message, 0, message.capacity());
        result = result == SOUND ? checker.check(ops) : result;
        revision = first.revision();
        main = first.hasChanged() ? revision : revision + 1;
        lowestRevision = main - 1;
        isAgain = true;
        hadChanged = first.hasChanged();
        isPlanned = false;
        isDecided = false;
        isRun = false;
        if (result == SOUND)
        {
            plan.start(ops, main - 1);
        }
        return result;
    }

    TxnOps ops()
    {
        return ops;
    }

    private int copy(final DirectBuffer buffer, final int offset, final int length)
    {
        request.ensure(length).putBytes(0, buffer, offset, length);
        return ops.parse(request.buffer(), 0, length);
    }

    /** The way is known: what remains is to tell. */
    private void begin(final long changesMain)
    {
        isDecided = true;
        lowestRevision = Math.min(revision, changesMain - 1);
        int rangeCount = 0;
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (path.isOnPath(op) && ops.isRange(op))
            {
                ops.readQuery(op, query);
                rangeCount++;
                lowestRevision = query.revision > 0 ? Math.min(lowestRevision, query.revision) : lowestRevision;
            }
        }
        operations.ranges += rangeCount;
        operations.txn(isForWrite() ? 0 : rangeCount); // who changes something was counted when it was applied
        sender.start(sessionId(), isForWrite());
        parts.start(sessionId(), correlationId(), revision, path.hasSucceeded(0));
        answer.start(ops, path, changesMain);
    }

    @Override
    int check(final Guard guard)
    {
        return isForWrite() ? guard.checkShown(credential(), ops) : guard.checkRead(credential(), ops);
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
            final int result = isAgain ? findWay(budget) : decide(budget);
            if (result == EntryWork.UNDECIDED)
            {
                return false;
            }
            if (result != SOUND)
            {
                replies.error(sessionId(), correlationId(), result);
                return true;
            }
        }
        isRun = isRun || answer.step(budget);
        return sender.isGone() || isRun && parts.finish();
    }

    private int decide(final int budget)
    {
        final int result = plan.step(budget);
        if (result == SOUND)
        {
            path.copyFrom(plan.path(), ops.opCount());
            path.noChanges(ops.opCount());
            begin(revision + 1);
        }
        return result;
    }

    /** The way that a transaction went when it was applied, as far as history still shows it. */
    private int findWay(final int budget)
    {
        if (isLost())
        {
            return ErrorCode.ANSWER_LOST.number();
        }
        if (!isPlanned)
        {
            if (!plan.stepBranches(budget))
            {
                return EntryWork.UNDECIDED;
            }
            isPlanned = true;
            path.copyFrom(plan.path(), ops.opCount());
            retrace.start(ops, path, main);
        }
        if (!retrace.step(budget))
        {
            return EntryWork.UNDECIDED;
        }
        if (path.opStart(ops.opCount()) > 0 != hadChanged)
        {
            return ErrorCode.OUTCOME_FORGOTTEN.number(); // the number stands for another transaction
        }
        begin(main);
        return isLost() ? ErrorCode.ANSWER_LOST.number() : SOUND;
    }

    private boolean isLost()
    {
        return lowestRevision < header.compactRevision();
    }
}
