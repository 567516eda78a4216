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
import java.util.function.Supplier;

/** The dumbest state machine with etcd's revisions and leases: sorted maps. It is also what the real one's watchers are held against. */
final class ModelStore implements SimStore
{
    private record Value(String value, long createRevision, long modRevision, long version, long leaseId)
    {
    }

    private final TreeMap<String, Value> map = new TreeMap<>();
    /** Index of the entry that granted it, by its id. */
    private final TreeMap<Long, Long> leases = new TreeMap<>();
    private List<Change> lastChanges = List.of();
    private List<Long> lastRevoked = List.of();
    private long lastGranted;
    private long appliedIndex;
    private long appliedTerm;
    private long revision = 1;
    private long compactRevision;
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
            else if (write.leaseId() == 0 || leases.containsKey(write.leaseId()))
            {
                write.keys().forEach((key) -> change(key, write.value(), write.leaseId()));
            }
        }
        revision += lastChanges.isEmpty() ? 0 : 1;
        appliedIndex = entry.index();
        appliedTerm = entry.term();
        hash = hash * 31 + revision;
        hash = hash * 31 + lastChanges.hashCode();
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
        copy.leases.putAll(leases);
        copy.appliedIndex = appliedIndex;
        copy.appliedTerm = appliedTerm;
        copy.revision = revision;
        copy.compactRevision = compactRevision;
        copy.hash = hash;
        return copy;
    }
}
