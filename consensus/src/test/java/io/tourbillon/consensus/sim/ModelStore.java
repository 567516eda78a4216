package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;

import java.util.TreeMap;
import java.util.function.Supplier;

/** The dumbest state machine with etcd's revisions: a sorted map. */
final class ModelStore implements SimStore
{
    private final TreeMap<String, String> map = new TreeMap<>();
    private long appliedIndex;
    private long revision = 1;
    private long hash = 1;
    /** The last checkpoint. */
    private ModelStore durable;
    private long olderCheckpointIndex;

    @Override
    public long appliedIndex()
    {
        return appliedIndex;
    }

    @Override
    public long revision()
    {
        return revision;
    }

    @Override
    public long stateHash()
    {
        return hash;
    }

    @Override
    public void apply(final EntryFrame entry, final boolean isReplay)
    {
        SimFailure.unless(entry.index() == appliedIndex + 1, "applied " + entry.index() + " after " + appliedIndex);
        final Messages.Write write = Messages.decode(entry);
        if (write != null && write.value() != null)
        {
            map.put(write.key(), write.value());
            revision++;
        }
        else if (write != null && map.remove(write.key()) != null)
        {
            revision++;
        }
        appliedIndex = entry.index();
        hash = hash * 31 + revision;
        hash = hash * 31 + (write == null ? 0 : write.hashCode());
    }

    @Override
    public String get(final String key)
    {
        return map.get(key);
    }

    @Override
    public void checkpoint()
    {
        olderCheckpointIndex = checkpointIndex();
        durable = copy();
    }

    @Override
    public boolean isCheckpointing()
    {
        return false;
    }

    @Override
    public long checkpointIndex()
    {
        return durable == null ? 0 : durable.appliedIndex;
    }

    @Override
    public long olderCheckpointIndex()
    {
        return olderCheckpointIndex;
    }

    @Override
    public Supplier<SimStore> image()
    {
        return durable::reopened;
    }

    @Override
    public SimStore crash()
    {
        return durable == null ? new ModelStore() : durable.reopened();
    }

    @Override
    public void close()
    {
        // Nothing but memory.
    }

    private ModelStore reopened()
    {
        final ModelStore reopened = copy();
        reopened.durable = this;
        return reopened;
    }

    private ModelStore copy()
    {
        final ModelStore copy = new ModelStore();
        copy.map.putAll(map);
        copy.appliedIndex = appliedIndex;
        copy.revision = revision;
        copy.hash = hash;
        return copy;
    }
}
