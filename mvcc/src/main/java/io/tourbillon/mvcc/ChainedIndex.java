package io.tourbillon.mvcc;

import java.util.Arrays;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * A hash of records that are chained through a field of their own. It grows by one bucket at a time (linear hashing), so no
 * insertion takes long. The caller follows a chain and compares. Apply thread.
 * <p>
 * Where most look-ups find nothing a byte for each bucket says which of eight kinds of hash its elements have. Those of a million buckets
 * stay in the cache, while the bucket and the elements do not: {@link #first} then answers without a look at them, seven times in eight.
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
    private static final int TAG_SHIFT = Integer.SIZE - 3;
    private static final int TAGS_SHIFT = 14;
    private static final int TAGS_LENGTH = 1 << TAGS_SHIFT;
    private static final int TAGS_MASK = TAGS_LENGTH - 1;

    private final Links links;
    private final int elementsPerBucket;
    private final RecordSlab buckets = new RecordSlab(Integer.BYTES);
    /** A bit for each kind of hash in a bucket; null = not kept. */
    private byte[][] tags;
    private int tagsCount;
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
        this(links, elementsPerBucket, false);
    }

    /**
     * @param links            the records' part.
     * @param elementsPerBucket as above.
     * @param isTagged         to answer most look-ups in vain from the cache, for a byte a bucket.
     */
    ChainedIndex(final Links links, final int elementsPerBucket, final boolean isTagged)
    {
        this.links = links;
        this.elementsPerBucket = elementsPerBucket;
        tags = isTagged ? new byte[1][] : null;
        while (bucketCount < BUCKETS_INITIAL)
        {
            addBucket();
        }
    }

    private void addBucket()
    {
        final int bucket = buckets.allocate();
        assert bucket == bucketCount + 1 : "buckets are never freed";
        if (tags != null && bucketCount >> TAGS_SHIFT == tagsCount)
        {
            addTags();
        }
        bucketCount++;
    }

    private void addTags()
    {
        if (tagsCount == tags.length)
        {
            tags = Arrays.copyOf(tags, 2 * tagsCount);
        }
        tags[tagsCount++] = new byte[TAGS_LENGTH];
    }

    private static int tag(final int hash)
    {
        return 1 << (hash >>> TAG_SHIFT);
    }

    private int tags(final int bucket)
    {
        return tags[bucket - 1 >> TAGS_SHIFT][bucket - 1 & TAGS_MASK];
    }

    private void tags(final int bucket, final int bits)
    {
        tags[bucket - 1 >> TAGS_SHIFT][bucket - 1 & TAGS_MASK] = (byte)bits;
    }

    private int bucket(final int hash)
    {
        final int bucket = hash & mask;
        return 1 + (bucket < split ? hash & (2 * mask + 1) : bucket);
    }

    /** First element that may have a hash; follow its links and compare. */
    int first(final int hash)
    {
        final int bucket = bucket(hash);
        return tags != null && (tags(bucket) & tag(hash)) == 0 ? NIL : buckets.getInt(bucket, 0);
    }

    void insert(final int element)
    {
        if (++size > bucketCount * elementsPerBucket)
        {
            splitBucket();
        }
        push(links.hash(element), element);
    }

    private void push(final int hash, final int element)
    {
        final int bucket = bucket(hash);
        links.link(element, buckets.getInt(bucket, 0));
        buckets.putInt(bucket, 0, element);
        if (tags != null)
        {
            tags(bucket, tags(bucket) | tag(hash));
        }
    }

    private void splitBucket()
    {
        addBucket();
        final int old = split + 1;
        int element = buckets.getInt(old, 0);
        buckets.putInt(old, 0, NIL);
        if (tags != null)
        {
            tags(old, 0);
        }
        if (++split > mask)
        {
            mask = 2 * mask + 1;
            split = 0;
        }
        while (element != NIL)
        {
            final int next = links.link(element);
            push(links.hash(element), element);
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
        }
        else
        {
            while (links.link(before) != element)
            {
                before = links.link(before);
                assert before != NIL : "an element that is not in its bucket";
            }
            links.link(before, links.link(element));
        }
        if (tags != null)
        {
            tagAnew(bucket);
        }
    }

    private void tagAnew(final int bucket)
    {
        int bits = 0;
        for (int element = buckets.getInt(bucket, 0); element != NIL; element = links.link(element))
        {
            bits |= tag(links.hash(element));
        }
        tags(bucket, bits);
    }

    int size()
    {
        return size;
    }

    /** Bytes of heap held. */
    long bytes()
    {
        return buckets.bytes() + (long)tagsCount * TAGS_LENGTH;
    }
}
