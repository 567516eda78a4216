package io.tourbillon.mvcc;

/** A range being read and answered in parts: what a range asks for, or what a delete has deleted. */
final class RangeRead extends LongRead
{
    private final RangeWalk walk;
    private final PartSender sender;
    private final KvParts parts;
    private final OperationFigures operations;
    private boolean isWalked;

    RangeRead(final RangeWalk walk, final PartSender sender, final KvParts parts, final OperationFigures operations)
    {
        this.walk = walk;
        this.sender = sender;
        this.parts = parts;
        this.operations = operations;
    }

    /** Begins at a revision; the answer's head shows another one. */
    void start(final RangeQuery query, final long atRevision, final long headRevision)
    {
        walk.start(query, atRevision);
        sender.start(sessionId(), isForWrite());
        parts.start(sessionId(), correlationId(), headRevision);
        isWalked = false;
        operations.ranges += isForWrite() ? 0 : 1;
    }

    @Override
    int check(final Guard guard)
    {
        return guard.checkRead(credential(), walk.range());
    }

    @Override
    long lowestRevision()
    {
        return isWalked ? Long.MAX_VALUE : walk.revision();
    }

    @Override
    boolean step(final int budget)
    {
        isWalked = isWalked || walk.step(budget, parts) == RangeWalk.DONE;
        return sender.isGone() || isWalked && parts.finish(walk.count(), walk.hasMore());
    }
}
