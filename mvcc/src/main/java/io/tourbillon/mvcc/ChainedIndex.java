package io.tourbillon.mvcc;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * A hash of records that are chained through a field of their own. It grows by one bucket at a time (linear hashing), so no
 * insertion takes long. The caller follows a chain and compares. Apply thread.
 */
final class ChainedIndex
{
    /** The records' part: their hash, of which the low bits count, and the field that chains them. */
    interface Links
    {
        int hash(int element);

        int link(int element);

        void link(int element, int next);
    }

    private static final int BUCKETS_INITIAL = 16;

    private final Links links;
    private final int elementsPerBucket;
    private final RecordSlab buckets = new RecordSlab(Integer.BYTES);
    private int bucketCount;
    private int mask = BUCKETS_INITIAL - 1;
    private int split;
    private int size;

    /**
     * @param links            the records' part.
     * @param elementsPerBucket how many share a bucket of 4 bytes on the average: a lookup reads half of them more.
     */
    ChainedIndex(final Links links, final int elementsPerBucket)
    {
        this.links = links;
        this.elementsPerBucket = elementsPerBucket;
        while (bucketCount < BUCKETS_INITIAL)
        {
            addBucket();
        }
    }

    private void addBucket()
    {
        final int bucket = buckets.allocate();
        assert bucket == bucketCount + 1 : "buckets are never freed";
        bucketCount++;
    }

    private int bucket(final int hash)
    {
        final int bucket = hash & mask;
        return 1 + (bucket < split ? hash & (2 * mask + 1) : bucket);
    }

    /** First element that may have a hash; follow its links and compare. */
    int first(final int hash)
    {
        return buckets.getInt(bucket(hash), 0);
    }

    void insert(final int element)
    {
        if (++size > bucketCount * elementsPerBucket)
        {
            splitBucket();
        }
        push(bucket(links.hash(element)), element);
    }

    private void push(final int bucket, final int element)
    {
        links.link(element, buckets.getInt(bucket, 0));
        buckets.putInt(bucket, 0, element);
    }

    private void splitBucket()
    {
        addBucket();
        final int old = split + 1;
        int element = buckets.getInt(old, 0);
        buckets.putInt(old, 0, NIL);
        if (++split > mask)
        {
            mask = 2 * mask + 1;
            split = 0;
        }
        while (element != NIL)
        {
            final int next = links.link(element);
            push(bucket(links.hash(element)), element);
            element = next;
        }
    }

    void remove(final int element)
    {
        final int bucket = bucket(links.hash(element));
        int before = buckets.getInt(bucket, 0);
        size--;
        if (before == element)
        {
            buckets.putInt(bucket, 0, links.link(element));
            return;
        }
        while (links.link(before) != element)
        {
            before = links.link(before);
            assert before != NIL : "an element that is not in its bucket";
        }
        links.link(before, links.link(element));
    }

    int size()
    {
        return size;
    }

    /** Bytes of heap held. */
    long bytes()
    {
        return buckets.bytes();
    }
}
