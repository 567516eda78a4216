package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.charset.StandardCharsets.UTF_8;

/** Applies a transaction, in steps. */
final class TxnWork implements EntryWork
{
    private static final byte[] TOO_MANY_TO_SORT =
        "tourbillon: the transaction was applied, but a range in it has too many keys to sort".getBytes(UTF_8);

    private final MvccHeader header;
    private final TxnOps ops = new TxnOps();
    private final TxnChecker checker = new TxnChecker();
    private final TxnPlan plan;
    private final TxnRun run;
    private final TxnParts parts;
    private final PartSender sender;
    private final Replies replies;
    private final int keysPerSlice;
    private boolean isUnsortable;

    TxnWork(
        final MvccHeader header, final TxnPlan plan, final TxnRun run, final TxnParts parts, final PartSender sender, final Replies replies,
        final int keysPerSlice)
    {
        this.header = header;
        this.plan = plan;
        this.run = run;
        this.parts = parts;
        this.sender = sender;
        this.replies = replies;
        this.keysPerSlice = keysPerSlice;
    }

    @Override
    public int begin(final Entry entry)
    {
        int result = ops.parse(entry.message(), 0, entry.message().capacity());
        result = result == SOUND ? checker.check(ops) : result;
        result = result == SOUND ? plan.make(ops, header.revision()) : result;
        if (result != SOUND)
        {
            return result;
        }
        isUnsortable = false;
        if (entry.isAnswered())
        {
            final long revision = plan.changesAnything(header.revision()) ? entry.changes().main() : header.revision();
            sender.start(entry.sessionId(), false);
            parts.start(entry.sessionId(), entry.correlationId(), revision, plan.hasSucceeded(0));
        }
        run.start(ops, plan, entry.changes(), entry.isAnswered() ? parts : null);
        return SOUND;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        run.resume(state.pendingOp(), state.pendingStart());
    }

    @Override
    public boolean step(final Entry entry)
    {
        ops.rewrap(entry.message(), 0, entry.message().capacity());
        int result = run.step(keysPerSlice);
        if (result == TxnRun.TOO_MANY_TO_SORT)
        {
            isUnsortable = true;
            run.passOver();
            result = TxnRun.MORE;
        }
        return result == TxnRun.DONE;
    }

    @Override
    public int op()
    {
        return run.op();
    }

    @Override
    public int opStart()
    {
        return run.opStart();
    }

    @Override
    public void answer(final Entry entry)
    {
        if (isUnsortable)
        {
            replies.error(entry.sessionId(), entry.correlationId(), ErrorCode.NOT_SUPPORTED.number(), TOO_MANY_TO_SORT);
        }
        else
        {
            parts.finish();
        }
    }
}
