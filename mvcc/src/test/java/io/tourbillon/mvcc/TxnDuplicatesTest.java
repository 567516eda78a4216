package io.tourbillon.mvcc;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Writes of one transaction that meet are found, whatever their order and nesting, and without comparing each with each. */
class TxnDuplicatesTest
{
    private static final String KEYS = "abcdef";

    private final Requests requests = new Requests();
    private final TxnOps ops = new TxnOps();
    private final TxnDuplicates duplicates = new TxnDuplicates();

    private boolean areIn(final Op txn)
    {
        requests.of(txn, 1, 1);
        assertEquals(io.tourbillon.codecs.MessageValidator.SOUND, ops.parse(requests.buffer, 0, requests.length));
        return duplicates.areIn(ops);
    }

    /** Each with each, as the rule says. What may run together with what is in the branch is given back. */
    private static List<Op> writes(final Op txn, final boolean[] meets)
    {
        final List<Op> all = new ArrayList<>();
        for (final List<Op> branch : List.of(txn.success, txn.failure))
        {
            final List<Op> together = new ArrayList<>();
            for (final Op op : branch)
            {
                final List<Op> more = op.kind == io.tourbillon.codecs.client.OpKind.TXN ? writes(op, meets) : List.of(op);
                more.forEach(b -> together.forEach(a -> meets[0] |= meet(a, b) || meet(b, a)));
                together.addAll(more);
            }
            all.addAll(together);
        }
        return all;
    }

    private static boolean meet(final Op put, final Op other)
    {
        if (put.kind != io.tourbillon.codecs.client.OpKind.PUT)
        {
            return false;
        }
        final boolean isPut = other.kind == io.tourbillon.codecs.client.OpKind.PUT;
        return isPut ? put.key.equals(other.key) : EtcdModel.isInRange(put.key, other.key, other.end);
    }

    private static Op random(final Random random, final int depth)
    {
        final Op txn = Op.txn();
        for (int i = random.nextInt(4); i >= 0; i--)
        {
            final List<Op> branch = random.nextBoolean() ? txn.success : txn.failure;
            final int choice = random.nextInt(6);
            final String key = KEYS.charAt(random.nextInt(KEYS.length())) + (random.nextInt(3) == 0 ? "\0" : "");
            if (choice < 2)
            {
                branch.add(Op.put(key, "v"));
            }
            else if (choice < 4 || depth == 0)
            {
                final int end = random.nextInt(5);
                branch.add(Op.delete(key, end == 0 ? "\0" : end < 3 ? "" : "" + KEYS.charAt(random.nextInt(KEYS.length()))));
            }
            else
            {
                branch.add(random(random, depth - 1));
            }
        }
        return txn;
    }

    @Property(tries = 5_000)
    void shouldFindWhatComparingEachWithEachFinds(@ForAll final long seed)
    {
        final Op txn = random(new Random(seed), 3);
        final boolean[] expected = new boolean[1];
        writes(txn, expected);
        assertEquals(expected[0], areIn(txn), txn::toString);
    }

    @Test
    void shouldCompareFewKeysOfManyOps()
    {
        final Op txn = Op.txn();
        for (int i = 0; i < Limits.TXN_OPS_TOTAL_MAX / 2; i++)
        {
            final String key = String.format("key-%04d", i * 7919 % (Limits.TXN_OPS_TOTAL_MAX / 2));
            txn.success.add(Op.put(key, "v"));
            txn.success.add(Op.delete(key + "x", key + "z"));
        }
        assertFalse(areIn(txn));
        assertTrue(duplicates.comparisonCount() < 64 * Limits.TXN_OPS_TOTAL_MAX, () -> "comparisons " + duplicates.comparisonCount());
        txn.success.add(0, Op.delete("key-0499", "key-0500"));
        txn.success.remove(txn.success.size() - 1);
        assertTrue(areIn(txn));
    }
}
