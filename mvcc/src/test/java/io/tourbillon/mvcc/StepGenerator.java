package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.OpKind;

import java.util.Random;

/** Draws steps for a {@link Trial}: mostly requests, seldom what makes an etcd wait. */
final class StepGenerator
{
    private static final int WATCHERS_MAX = 12, LEASES_MAX = 8;
    private static final long TTL_MAX_S = 9_000_000_000L;

    private final Random random;
    private final EtcdModel model;
    private final OpGenerator ops;

    StepGenerator(final Random random, final EtcdModel model)
    {
        this.random = random;
        this.model = model;
        this.ops = new OpGenerator(random, model);
    }

    Step next()
    {
        final int choice = random.nextInt(1000);
        if (choice < 6)
        {
            return new Step.Compact(ops.compaction(), ops.once(4));
        }
        if (choice < 20 && model.watchers.size() < WATCHERS_MAX)
        {
            return watch();
        }
        if (choice < 30)
        {
            return new Step.Cancel(random.nextInt(WATCHERS_MAX));
        }
        if (choice < 35)
        {
            return new Step.Tick(random.nextInt(8));
        }
        if (choice < 37)
        {
            return new Step.Restart(random.nextBoolean(), random.nextBoolean());
        }
        if (choice < 60)
        {
            return lease();
        }
        final Op op = ops.op(OpGenerator.NESTING_MAX);
        return new Step.Request(op, op.kind != OpKind.RANGE && ops.once(4));
    }

    /** Of a few leases; none lives so short that it would end by itself. */
    private Step lease()
    {
        final long id = 1 + random.nextInt(LEASES_MAX);
        return switch (random.nextInt(5))
        {
            case 0 -> new Step.Revoke(id);
            case 1, 2 -> new Step.TimeToLive(id);
            default -> new Step.Grant(id, ops.once(10) ? TTL_MAX_S + random.nextInt(2) : 100_000 + random.nextInt(1000));
        };
    }

    /** Mostly from now on: for its past an etcd takes its time. */
    private Step.Watch watch()
    {
        final int flags = ops.once(3) ? random.nextInt(8) : random.nextInt(2);
        final boolean isDeaf = (flags & (Watcher.NO_PUT | Watcher.NO_DELETE)) == (Watcher.NO_PUT | Watcher.NO_DELETE);
        final long start = isDeaf || ops.once(2) ? 0 : Math.max(0, model.revision - 20 + random.nextInt(25));
        final boolean isNumbered = (start == 0 || start >= model.compactRevision) && ops.once(8);
        return new Step.Watch(isNumbered ? random.nextInt(20) : 0, ops.key(), ops.end(), start, flags);
    }
}
