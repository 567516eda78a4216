package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.LeaseTickDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Applies what a leader's clock said of leases: each expired one is revoked, of the others the time left is noted. The keys of all leases
 * of one entry go in one revision. Void when another leader appended it than the one whose clock it was, and for a lease that is not the
 * one that was meant.
 */
final class LeaseTickWork implements EntryWork
{
    /** What an item says of a lease that was renewed after its time was noted. */
    static final long WHOLE_TIME = -1;
    /** What an item says of a lease that is to be revoked. */
    static final long EXPIRED = 0;

    private static final int GROUP_OFFSET = MessageHeaderDecoder.ENCODED_LENGTH + LeaseTickDecoder.BLOCK_LENGTH;
    private static final int ITEMS_OFFSET = GROUP_OFFSET + LeaseTickDecoder.LeasesDecoder.HEADER_SIZE;
    private static final int ITEM_LENGTH = LeaseTickDecoder.LeasesDecoder.sbeBlockLength();

    private final Leases leases;
    private final Lessor lessor;
    private final RevokeWalk walk;
    private final Writer writer;
    private final Compactor compactor;
    private final int keysPerSlice;
    private int itemCount;
    private int item;

    LeaseTickWork(
        final Leases leases, final Lessor lessor, final Writer writer, final Compactor compactor, final int keysPerSlice)
    {
        this.leases = leases;
        this.lessor = lessor;
        this.writer = writer;
        this.compactor = compactor;
        this.keysPerSlice = keysPerSlice;
        walk = new RevokeWalk(leases, writer, compactor);
    }

    /** Whether a message of this template is as long as it says. */
    static boolean isSound(final UnsafeBuffer message)
    {
        return message.capacity() >= ITEMS_OFFSET && message.capacity() >= ITEMS_OFFSET + countOf(message) * ITEM_LENGTH;
    }

    private static int countOf(final UnsafeBuffer message)
    {
        return message.getShort(GROUP_OFFSET + Short.BYTES, LITTLE_ENDIAN) & 0xFFFF;
    }

    @Override
    public int begin(final Entry entry)
    {
        final long term = entry.message().getLong(MessageHeaderDecoder.ENCODED_LENGTH, LITTLE_ENDIAN);
        itemCount = term == entry.term() ? countOf(entry.message()) : 0;
        item = 0;
        leases.hasUnseenChanges(itemCount > 0);
        return SOUND;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        item = state.pendingOp();
    }

    @Override
    public boolean step(final Entry entry)
    {
        int budget = keysPerSlice;
        while (item < itemCount && budget > 0)
        {
            final int used = apply(entry, budget);
            if (used < 0)
            {
                return false;
            }
            budget -= used;
        }
        if (item < itemCount)
        {
            return false;
        }
        leases.hasUnseenChanges(false);
        tellLessor(entry);
        return true;
    }

    /** Goes on with the item: how much of the budget that took, or -1 if the store has no room now. */
    private int apply(final Entry entry, final int budget)
    {
        final long leaseId = leaseId(entry, item);
        if (!leases.find(leaseId) || leases.record().grantIndex() != grantIndex(entry, item))
        {
            item++;
            return 1;
        }
        if (remainingMs(entry, item) != EXPIRED)
        {
            return note(leaseId, Math.max(0, remainingMs(entry, item)));
        }
        final int deleted = walk.step(leaseId, budget, entry.changes());
        if (deleted < 0 || deleted == budget)
        {
            return deleted;
        }
        if (!writer.reserve(leases.pagesForRemove() + compactor.pages()))
        {
            return -1;
        }
        leases.remove(leaseId);
        leases.figures.expired++;
        item++;
        return deleted + 1;
    }

    private int note(final long leaseId, final long remainingMs)
    {
        if (!writer.reserve(leases.pagesForPut() + compactor.pages()))
        {
            return -1;
        }
        leases.remaining(leaseId, remainingMs);
        item++;
        return 1;
    }

    /** At the end, because nobody may hear that a lease is gone while its keys are still to be seen. */
    private void tellLessor(final Entry entry)
    {
        if (itemCount > 0)
        {
            lessor.onTicked();
        }
        for (int i = 0; i < itemCount; i++)
        {
            if (remainingMs(entry, i) == EXPIRED)
            {
                lessor.onRevoked(leaseId(entry, i), grantIndex(entry, i));
            }
            else if (remainingMs(entry, i) == WHOLE_TIME)
            {
                lessor.onRenewed(leaseId(entry, i), grantIndex(entry, i));
            }
        }
    }

    private static int at(final int index)
    {
        return ITEMS_OFFSET + index * ITEM_LENGTH;
    }

    private static long leaseId(final Entry entry, final int index)
    {
        return entry.message().getLong(at(index) + LeaseTickDecoder.LeasesDecoder.idEncodingOffset(), LITTLE_ENDIAN);
    }

    private static long grantIndex(final Entry entry, final int index)
    {
        return entry.message().getLong(at(index) + LeaseTickDecoder.LeasesDecoder.grantIndexEncodingOffset(), LITTLE_ENDIAN);
    }

    private static long remainingMs(final Entry entry, final int index)
    {
        return entry.message().getLong(at(index) + LeaseTickDecoder.LeasesDecoder.remainingMsEncodingOffset(), LITTLE_ENDIAN);
    }

    @Override
    public int op()
    {
        return item;
    }

    @Override
    public void answer(final Entry entry)
    {
        assert false : "nobody waits for a tick";
    }
}
