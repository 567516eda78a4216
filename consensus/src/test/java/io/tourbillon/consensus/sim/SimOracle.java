package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.history.ChangeLog;
import io.tourbillon.consensus.history.Written;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** What the committed entries mean, by the dumbest state machine, as they are committed: what all that is told is held against. */
final class SimOracle
{
    /** Sessions from here on are not those of clients whose answers are recorded. */
    static final long OTHERS = 1000;

    private final ModelStore model = new ModelStore(Plant.NONE);
    private final ChangeLog changes = new ChangeLog();
    private final List<Written> written = new ArrayList<>();
    private LongConsumer onGranted;
    private LongConsumer onEnded;

    void onLeases(final LongConsumer granted, final LongConsumer ended)
    {
        onGranted = granted;
        onEnded = ended;
    }

    void onCommitted(final EntryFrame entry)
    {
        model.apply(entry, true);
        model.lastChanges().forEach(changes::append);
        if (model.compactRevision() > 0)
        {
            changes.onCompacted(model.compactRevision());
        }
        final boolean isClients = entry.sessionId() > 0 && entry.sessionId() < OTHERS && !model.isRepeat() &&
            !Messages.isOpenClient(entry);
        if (isClients || !model.lastChanges().isEmpty())
        {
            written.add(new Written(
                isClients ? SimClients.opOf(entry.correlationId()) : Written.NOBODY, entry.index(), model.revision(), model.lastChanges()));
        }
        if (model.lastGranted() != 0)
        {
            onGranted.accept(model.lastGranted());
        }
        model.lastRevoked().forEach(onEnded::accept);
    }

    ChangeLog changes()
    {
        return changes;
    }

    List<Written> written()
    {
        return written;
    }

    long revision()
    {
        return model.revision();
    }

    boolean hasLease(final long leaseId)
    {
        return model.hasLease(leaseId);
    }
}
