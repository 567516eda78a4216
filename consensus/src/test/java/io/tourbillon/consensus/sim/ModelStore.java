package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.LeaseTickDecoder;
import io.tourbillon.consensus.history.Change;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;

/** The dumbest state machine with etcd's revisions and leases: sorted maps. It is also what the real one's watchers are held against. */
final class ModelStore implements SimStore
{
    private record Value(String value, long createRevision, long modRevision, long version, long leaseId)
    {
    }

    private final Plant plant;
    private final TreeMap<String, Value> map = new TreeMap<>();
    /** Index of the entry that granted it, by its id. */
    private final TreeMap<Long, Long> leases = new TreeMap<>();
    private List<Change> lastChanges = List.of();
    private List<Long> lastRevoked = List.of();
    private long lastGranted;
    private ModelOutcomes outcomes = new ModelOutcomes();
    private boolean isRepeat;
    private long told;
    private int toldError;
    private long appliedIndex;
    private long appliedTerm;
    private long revision = 1;
    private long compactRevision;
    private long hash = 1;
    /** The last checkpoint. */
    private ModelStore durable;
    private long olderCheckpointIndex;

    ModelStore(final Plant plant)
    {
        this.plant = plant;
    }

    @Override
    public long appliedIndex()
    {
        return appliedIndex;
    }

    @Override
    public long appliedTerm()
    {
        return appliedTerm;
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
        lastChanges = new ArrayList<>();
        lastRevoked = new ArrayList<>();
        lastGranted = 0;
        isRepeat = false;
        told = 0;
        toldError = 0;
        if (entry.sessionId() == 0)
        {
            maybeTick(entry);
        }
        else
        {
            final Messages.Write write = Messages.decode(entry);
            if (write == null)
            {
                other(entry);
            }
            else
            {
                write(write, Messages.number(entry));
            }
        }
        revision += lastChanges.isEmpty() ? 0 : 1;
        told = told == 0 ? revision : told;
        appliedIndex = entry.index();
        appliedTerm = entry.term();
        hash = hash * 31 + revision;
        hash = hash * 31 + lastChanges.hashCode();
    }

    private void write(final Messages.Write write, final Messages.Number number)
    {
        final ModelOutcomes.Told before =
            number.isNone() || plant == Plant.REPEATED_WRITES_DONE ? null : outcomes.find(number);
        if (before != null)
        {
            isRepeat = true;
            told = plant == Plant.REPEAT_TOLD_NEW_REVISION ? 0 : before.revision();
            toldError = before.error();
            return;
        }
        if (write.leaseId() == 0 || leases.containsKey(write.leaseId()))
        {
            write.keys().forEach((key) -> change(key, write.value(), write.leaseId()));
        }
        if (!number.isNone() && plant != Plant.REPEATED_WRITES_DONE)
        {
            outcomes.remember(number, revision + (lastChanges.isEmpty() ? 0 : 1));
        }
    }

    private void change(final String key, final String value, final long leaseId)
    {
        final Value before = map.get(key);
        final long next = revision + 1;
        if (value == null && before == null)
        {
            return;
        }
        final Value after = value == null ? new Value(null, 0, next, 0, 0) :
            new Value(value, before == null ? next : before.createRevision, next, before == null ? 1 : before.version + 1, leaseId);
        lastChanges.add(new Change(next, key, value, after.createRevision, after.version,
            before == null ? null : before.value, before == null ? 0 : before.modRevision));
        if (value == null)
        {
            map.remove(key);
        }
        else
        {
            map.put(key, after);
        }
    }

    private void other(final EntryFrame entry)
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(entry.payload(), entry.payloadOffset());
        if (header.templateId() == CompactRequestDecoder.TEMPLATE_ID)
        {
            final long asked = new CompactRequestDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header).revision();
            compactRevision = asked <= revision ? Math.max(compactRevision, asked) : compactRevision;
        }
        else if (Messages.isOpenClient(entry))
        {
            told = outcomes.open();
        }
        else if (header.templateId() == LeaseRequestDecoder.TEMPLATE_ID)
        {
            final LeaseRequestDecoder lease =
                new LeaseRequestDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header);
            if (lease.operation() == LeaseOperation.GRANT)
            {
                lastGranted = leases.putIfAbsent(lease.leaseId(), entry.index()) == null ? lease.leaseId() : 0;
            }
            else
            {
                revoke(lease.leaseId());
            }
        }
    }

    /** What a leader's clock said: void in another term than its own, and for another lease than the one that was meant. */
    private void maybeTick(final EntryFrame entry)
    {
        final io.tourbillon.codecs.record.MessageHeaderDecoder header =
            new io.tourbillon.codecs.record.MessageHeaderDecoder().wrap(entry.payload(), entry.payloadOffset());
        if (header.templateId() != LeaseTickDecoder.TEMPLATE_ID)
        {
            return;
        }
        final LeaseTickDecoder tick = new LeaseTickDecoder().wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), header);
        if (tick.term() == entry.term())
        {
            for (final LeaseTickDecoder.LeasesDecoder item : tick.leases())
            {
                final Long grantIndex = leases.get(item.id());
                if (grantIndex != null && grantIndex == item.grantIndex() && item.remainingMs() == 0)
                {
                    revoke(item.id());
                }
            }
        }
    }

    private void revoke(final long leaseId)
    {
        if (leases.remove(leaseId) != null)
        {
            lastRevoked.add(leaseId);
            new TreeSet<>(map.keySet()).stream().filter((key) -> map.get(key).leaseId == leaseId).forEach((key) -> change(key, null, 0));
        }
    }

    @Override
    public long told()
    {
        return told;
    }

    @Override
    public int toldError()
    {
        return toldError;
    }

    /** Whether the last entry was a write that was not done, as it had been, or nobody could say. */
    boolean isRepeat()
    {
        return isRepeat;
    }

    /** What the last entry changed. */
    List<Change> lastChanges()
    {
        return lastChanges;
    }

    /** Leases that the last entry ended. */
    List<Long> lastRevoked()
    {
        return lastRevoked;
    }

    /** The lease that the last entry granted; 0 = none. */
    long lastGranted()
    {
        return lastGranted;
    }

    boolean hasLease(final long leaseId)
    {
        return leases.containsKey(leaseId);
    }

    long compactRevision()
    {
        return compactRevision;
    }

    @Override
    public String get(final String key)
    {
        final Value value = map.get(key);
        return value == null ? null : value.value;
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
    public IntFunction<SimStore> image()
    {
        final ModelStore image = durable;
        return (applyVersion) -> image.reopened();
    }

    @Override
    public SimStore crash(final int applyVersion)
    {
        return durable == null ? new ModelStore(plant) : durable.reopened();
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
        reopened.outcomes = plant == Plant.OUTCOMES_LOST_BY_RESTART ? new ModelOutcomes() : reopened.outcomes;
        return reopened;
    }

    private ModelStore copy()
    {
        final ModelStore copy = new ModelStore(plant);
        copy.outcomes = outcomes.copy();
        copy.map.putAll(map);
        copy.leases.putAll(leases);
        copy.appliedIndex = appliedIndex;
        copy.appliedTerm = appliedTerm;
        copy.revision = revision;
        copy.compactRevision = compactRevision;
        copy.hash = hash;
        return copy;
    }
}
