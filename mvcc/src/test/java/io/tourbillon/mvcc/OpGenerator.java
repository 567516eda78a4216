package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Draws requests. Keys come from a small set, so that requests meet each other; the state is looked at only to choose revisions that
 * matter: the first, the compacted, the newest, and those about them.
 */
final class OpGenerator
{
    static final int NESTING_MAX = 3;
    private static final String LETTERS = "abcdefgh";
    /** So much that keys which differ behind it do so where pages have nothing of them. */
    private static final String LONG_KEY = "b/" + "long/".repeat(1_600);
    /** Keys that are rare: the lowest, the highest, one that is the prefix of others, long ones. */
    private static final String[] ODD_KEYS =
    {
        "\0", "\0\0", "\u00ff", "\u00ff\u00ff", "a\0", "a\u00ff", "bb",
        LONG_KEY.substring(0, 1_502), LONG_KEY, LONG_KEY + "1", LONG_KEY + "2"
    };
    private static final int LONG_VALUE_LENGTH = 20_000;
    private static final int OPS_MAX = 128;
    private static final long NO_SUCH_LEASE = 77;

    private final Random random;
    private final EtcdModel model;

    OpGenerator(final Random random, final EtcdModel model)
    {
        this.random = random;
        this.model = model;
    }

    /** True once in so many calls. */
    boolean once(final int in)
    {
        return random.nextInt(in) == 0;
    }

    String key()
    {
        if (once(30))
        {
            return ODD_KEYS[random.nextInt(ODD_KEYS.length)];
        }
        return LETTERS.charAt(random.nextInt(LETTERS.length())) + (once(7) ? "x" : "");
    }

    /** A key that may be the empty one. */
    private String anyKey()
    {
        return once(80) ? "" : key();
    }

    /** The end of a range: none, all keys from the first on, or a key that may well be below the first. */
    String end()
    {
        final int choice = random.nextInt(10);
        if (choice < 4)
        {
            return "";
        }
        return choice == 4 ? "\0" : key();
    }

    /** A request for the key space; a transaction has others down to {@code nesting} levels. */
    Op op(final int nesting)
    {
        final int choice = random.nextInt(20);
        if (choice < 8)
        {
            return put();
        }
        if (choice < 12)
        {
            return range();
        }
        if (choice < 15 || nesting == 0)
        {
            return delete();
        }
        return once(30) && nesting < NESTING_MAX ? Op.empty() : txn(nesting);
    }

    private Op put()
    {
        final Op op = Op.put(anyKey(), value());
        op.prevKv = once(3);
        op.ignoreLease = once(15);
        op.ignoreValue = once(10);
        op.value = op.ignoreValue && !once(4) ? "" : op.value;
        op.lease = once(40) ? NO_SUCH_LEASE : once(3) ? lease() : 0;
        return op;
    }

    /** A lease that is there, or none. */
    private long lease()
    {
        final List<Long> ids = new ArrayList<>(model.leases.keySet());
        return ids.isEmpty() ? 0 : ids.get(random.nextInt(ids.size()));
    }

    private String value()
    {
        return switch (random.nextInt(60))
        {
            case 0, 1 -> "v".repeat(LONG_VALUE_LENGTH);
            case 2, 3 -> "";
            case 4 -> "\0\u00ff\n";
            default -> "v" + random.nextInt(20);
        };
    }

    /** A range with any of its options. */
    Op range()
    {
        final Op op = once(8) ? Op.range("\0", "\0") : Op.range(anyKey(), end());
        op.limit = once(3) ? random.nextInt(6) - 1 : 0;
        op.revision = once(3) ? revision() : 0;
        op.order = SortOrder.get((short)random.nextInt(3));
        op.target = once(3) ? SortTarget.get((short)random.nextInt(5)) : SortTarget.KEY;
        op.keysOnly = once(6);
        op.countOnly = once(6);
        op.serializable = once(2);
        if (once(4))
        {
            op.minMod = bound();
            op.maxMod = bound();
            op.minCreate = bound();
            op.maxCreate = bound();
        }
        return op;
    }

    /** A revision to read at: about the newest, about the compacted, anything in between, or out of all bounds. */
    long revision()
    {
        return switch (random.nextInt(8))
        {
            case 0 -> model.compactRevision - 1 + random.nextInt(3);
            case 1, 2 -> Math.max(0, model.compactRevision) + random.nextLong(retained() + 2);
            case 3 -> once(8) ? Long.MAX_VALUE : random.nextInt(4);
            default -> model.revision - 8 + random.nextInt(10);
        };
    }

    private long retained()
    {
        return model.revision - Math.max(0, model.compactRevision);
    }

    /** A revision to compact at, seldom one that removes much. */
    long compaction()
    {
        final long retained = retained();
        return switch (random.nextInt(5))
        {
            case 0 -> model.compactRevision - 1 + random.nextInt(4);
            case 1 -> model.revision - 1 + random.nextInt(3);
            default -> Math.max(0, model.compactRevision) + random.nextLong(retained + 2);
        };
    }

    private long bound()
    {
        return once(3) ? Math.max(0, model.revision - random.nextInt(8)) : 0;
    }

    private Op delete()
    {
        final Op op = Op.delete(anyKey(), end());
        op.prevKv = random.nextBoolean();
        return op;
    }

    private Op txn(final int nesting)
    {
        final Op txn = Op.txn();
        for (int i = random.nextInt(3); i > 0; i--)
        {
            txn.compares.add(compare());
        }
        final boolean isReadOnly = once(4);
        for (int i = random.nextInt(4); i > 0; i--)
        {
            txn.success.add(isReadOnly ? range() : op(nesting - 1));
        }
        for (int i = random.nextInt(3); i > 0; i--)
        {
            txn.failure.add(isReadOnly ? range() : op(nesting - 1));
        }
        if (once(200))
        {
            widen(txn);
        }
        return txn;
    }

    /** Brings a transaction to about as many operations as it may have. */
    private void widen(final Op txn)
    {
        final int opCount = OPS_MAX - 2 + random.nextInt(4);
        while (txn.success.size() < opCount)
        {
            txn.success.add(Op.range(key(), ""));
        }
    }

    private Op.Compare compare()
    {
        final CompareTarget target = CompareTarget.get((short)random.nextInt(5));
        final boolean isRevision = target == CompareTarget.MOD || target == CompareTarget.CREATE;
        final long operand = isRevision && once(2) ? model.revision - random.nextInt(8) : random.nextInt(5);
        final String value = once(10) ? "" : "v" + random.nextInt(20);
        return new Op.Compare(anyKey(), end(), target, CompareResult.get((short)random.nextInt(4)), operand, value);
    }
}
