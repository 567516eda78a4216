package io.tourbillon.bptree;

/** The pages that a pinned root refers to, seen from the reader's thread. Nothing that the writer does meanwhile changes them. */
final class SnapshotPages implements PageSource
{
    private final PageTable table;
    private final PageProof proof;
    private final long openedCheckpoint;

    private long[] chunks;
    private int highWater;
    private long releaseCount;

    SnapshotPages(final PageTable table, final String name, final long openedCheckpoint)
    {
        this.table = table;
        this.proof = new PageProof(name);
        this.openedCheckpoint = openedCheckpoint;
    }

    /** Writer, before it grants: all that the root refers to is in here. */
    void capture(final int pagesEnd)
    {
        chunks = table.chunks();
        highWater = pagesEnd;
    }

    int extentBytes()
    {
        return PageLayout.PAGE_LENGTH << table.extentShift();
    }

    /** Addresses taken before are void. */
    void pass()
    {
        releaseCount++;
    }

    @Override
    public long address(final int number, final int treeId)
    {
        assert number >= PageLayout.FIRST_PAGE && number < highWater : number;
        final long address = table.addressShared(chunks, number);
        return address != 0 ? address : find(number, treeId);
    }

    @Override
    public long releaseCount()
    {
        return releaseCount;
    }

    /** Somebody may have touched the extent after the chunks were taken. */
    private long find(final int number, final int treeId)
    {
        table.refresh(chunks, number);
        final long address = table.addressShared(chunks, number);
        return address != 0 ? address : load(number, treeId);
    }

    /** Two threads may do this at once: both write the same address. */
    private long load(final int number, final int treeId)
    {
        proof.requireExists(number, highWater);
        final long page = table.mapped(number);
        proof.check(page, number, treeId, openedCheckpoint);
        table.address(chunks, number, page);
        return page;
    }
}
