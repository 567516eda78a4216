package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.codecs.client.TxnRequestEncoder.OpsEncoder;

/**
 * What a range asks for beside its keys; mutable, to be kept and used again. The defaults are etcd's: linearizable, newest revision, no
 * limit.
 */
public final class RangeOptions
{
    private long keyLimit;
    private long revision;
    private long minModRevision;
    private long maxModRevision;
    private long minCreateRevision;
    private long maxCreateRevision;
    private SortOrder sortOrder;
    private SortTarget sortTarget;
    private boolean serializable;
    private boolean keysOnly;
    private boolean countOnly;
    private boolean afterMyWrites;

    /** Options with the defaults. */
    public RangeOptions()
    {
        reset();
    }

    /**
     * Back to the defaults.
     *
     * @return this.
     */
    public RangeOptions reset()
    {
        keyLimit = 0;
        revision = 0;
        minModRevision = 0;
        maxModRevision = 0;
        minCreateRevision = 0;
        maxCreateRevision = 0;
        sortOrder = SortOrder.NONE;
        sortTarget = SortTarget.KEY;
        serializable = false;
        keysOnly = false;
        countOnly = false;
        afterMyWrites = false;
        return this;
    }

    /**
     * At most so many keys.
     *
     * @param value 0 = no limit.
     * @return this.
     */
    public RangeOptions keyLimit(final long value)
    {
        keyLimit = value;
        return this;
    }

    /**
     * As of this revision.
     *
     * @param value 0 = the newest.
     * @return this.
     */
    public RangeOptions revision(final long value)
    {
        revision = value;
        return this;
    }

    /**
     * Only keys last changed in these revisions.
     *
     * @param min lowest; 0 = any.
     * @param max highest; 0 = any.
     * @return this.
     */
    public RangeOptions modRevisions(final long min, final long max)
    {
        minModRevision = min;
        maxModRevision = max;
        return this;
    }

    /**
     * Only keys created in these revisions.
     *
     * @param min lowest; 0 = any.
     * @param max highest; 0 = any.
     * @return this.
     */
    public RangeOptions createRevisions(final long min, final long max)
    {
        minCreateRevision = min;
        maxCreateRevision = max;
        return this;
    }

    /**
     * Order of the answer.
     *
     * @param order  NONE = ascending by key.
     * @param target what is compared.
     * @return this.
     */
    public RangeOptions sort(final SortOrder order, final SortTarget target)
    {
        sortOrder = order;
        sortTarget = target;
        return this;
    }

    /**
     * Read at once on the member connected to; may be stale.
     *
     * @param value true for a serializable read.
     * @return this.
     */
    public RangeOptions serializable(final boolean value)
    {
        serializable = value;
        return this;
    }

    /** @return true for a serializable read. */
    public boolean isSerializable()
    {
        return serializable;
    }

    /**
     * Leave the values out.
     *
     * @param value true for keys alone.
     * @return this.
     */
    public RangeOptions keysOnly(final boolean value)
    {
        keysOnly = value;
        return this;
    }

    /**
     * Answer the count alone.
     *
     * @param value true for the count alone.
     * @return this.
     */
    public RangeOptions countOnly(final boolean value)
    {
        countOnly = value;
        return this;
    }

    /**
     * Also see this session's own writes still in flight.
     *
     * @param value true to wait for them.
     * @return this.
     */
    public RangeOptions afterMyWrites(final boolean value)
    {
        afterMyWrites = value;
        return this;
    }

    void encode(final RangeRequestEncoder encoder)
    {
        encoder.keyLimit(keyLimit).revision(revision)
            .minModRevision(minModRevision).maxModRevision(maxModRevision)
            .minCreateRevision(minCreateRevision).maxCreateRevision(maxCreateRevision)
            .sortOrder(sortOrder).sortTarget(sortTarget)
            .flags().clear().serializable(serializable).keysOnly(keysOnly).countOnly(countOnly).afterMyWrites(afterMyWrites);
    }

    void encode(final OpsEncoder op)
    {
        op.keyLimit(keyLimit).revision(revision)
            .minModRevision(minModRevision).maxModRevision(maxModRevision)
            .minCreateRevision(minCreateRevision).maxCreateRevision(maxCreateRevision)
            .sortOrder(sortOrder).sortTarget(sortTarget)
            .flags().clear().serializable(serializable).keysOnly(keysOnly).countOnly(countOnly);
    }
}
