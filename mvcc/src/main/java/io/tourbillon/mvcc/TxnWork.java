package io.tourbillon.mvcc;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies a transaction, in steps. */
final class TxnWork implements EntryWork
{
    private final MvccHeader header;
    private final TxnOps ops = new TxnOps();
    private final TxnChecker checker = new TxnChecker();
    private final TxnPlan plan;
    private final TxnRun run;
    private final Reads reads;
    private final int keysPerSlice;

    TxnWork(final MvccHeader header, final TxnPlan plan, final TxnRun run, final Reads reads, final int keysPerSlice)
    {
        this.header = header;
        this.plan = plan;
        this.run = run;
        this.reads = reads;
        this.keysPerSlice = keysPerSlice;
    }

    @Override
    public int begin(final Entry entry)
    {
        int result = ops.parse(entry.message(), 0, entry.message().capacity());
        result = result == SOUND ? checker.check(ops) : result;
        if (result == SOUND)
        {
            plan.start(ops, header.revision());
        }
        return result;
    }

    @Override
    public int decide(final Entry entry)
    {
        ops.rewrap(entry.message(), 0, entry.message().capacity());
        final int result = plan.step(keysPerSlice);
        if (result == SOUND)
        {
            run.start(ops, plan.path(), entry.changes());
        }
        return result;
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
        return run.step(keysPerSlice);
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
    public boolean isRemembered()
    {
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        reads.answerTxn(entry, plan.path());
    }
}
