package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;

/** Makes what walks over keys and their changes, for reads, long answers and transactions. Apply; allocates: each is made once. */
final class Walks
{
    private final Tree keys;
    private final Tree revisions;
    private final MvccHeader header;
    private final Writer writer;
    private final Leases leases;
    private final ReplyHead head;
    private final Egress egress;
    private final Replies replies;
    private final int sortedKeys;
    private final RangeCounts counts = new RangeCounts();

    /** @param sortedKeys keys that are sorted in one pass. */
    Walks(
        final Tree keys, final Tree revisions, final MvccHeader header, final Writer writer, final Leases leases, final ReplyHead head,
        final Egress egress, final Replies replies, final int sortedKeys)
    {
        this.keys = keys;
        this.revisions = revisions;
        this.header = header;
        this.writer = writer;
        this.leases = leases;
        this.head = head;
        this.egress = egress;
        this.replies = replies;
        this.sortedKeys = sortedKeys;
    }

    private RangeWalk newWalk()
    {
        return new RangeWalk(keys, revisions, header, counts, sortedKeys);
    }

    TxnPlan newPlan()
    {
        return new TxnPlan(header, writer, leases, newWalk());
    }

    RangeRead newRangeRead()
    {
        final PartSender sender = new PartSender(egress);
        return new RangeRead(newWalk(), sender, new RangeParts(head, sender), writer.operations);
    }

    RangeRead newDeleteRead()
    {
        final PartSender sender = new PartSender(egress);
        return new RangeRead(newWalk(), sender, new DeleteParts(head, sender), writer.operations);
    }

    TxnRead newTxnRead()
    {
        final PartSender sender = new PartSender(egress);
        final TxnParts parts = new TxnParts(head, sender);
        return new TxnRead(header, new TxnChecker(), newPlan(), new TxnRetrace(newWalk()), new TxnAnswer(newWalk(), parts), sender, parts,
            replies, writer.operations);
    }
}
