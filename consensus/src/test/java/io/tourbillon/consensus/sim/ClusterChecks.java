package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.sim.SimJournal.Record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold at every moment, whoever looks (Raft paper, figure 3), and of the states that members apply. */
final class ClusterChecks
{
    private record Place(long term, long index)
    {
    }

    private record Written(long termBefore, byte[] frame)
    {
    }

    private final Trace trace;
    private final SimOracle oracle;
    private final Map<Long, Long> leaderOfTerm = new HashMap<>();
    private final Map<Place, Written> written = new HashMap<>();
    /** By index - 1. */
    private final List<Record> committed = new ArrayList<>();
    /** A leader's term, and how far it has committed. */
    private final TreeMap<Long, Long> committedByTerm = new TreeMap<>();
    private final Map<Long, Long> stateHashes = new HashMap<>();
    private final Map<Long, Long> indexOfRevision = new HashMap<>();
    private final Set<Long> everMembers = new HashSet<>();
    /** The last one that is committed. */
    private Configuration configuration;
    private int changeCount;
    private int truncationCount;
    private long lastTruncatedId;
    private int installCount;

    ClusterChecks(final Trace trace, final SimOracle oracle, final Configuration bootConfiguration)
    {
        this.trace = trace;
        this.oracle = oracle;
        configuration = bootConfiguration;
        bootConfiguration.members().forEach((member) -> everMembers.add(member.id()));
    }

    /** One leader a term, and it has all that leaders of terms before have committed. */
    void onLeader(final long id, final long term, final SimLog log)
    {
        trace.add("leader", id, term, log.lastIndex());
        final Long other = leaderOfTerm.putIfAbsent(term, id);
        SimFailure.unless(other == null || other == id, "two leaders in term " + term + ": " + other + " and " + id);
        final long index = committedByTerm.headMap(term).values().stream().mapToLong(Long::longValue).max().orElse(0);
        SimFailure.unless(index <= log.lastIndex(),
            "leader " + id + " of term " + term + " lacks what is committed: its log ends at " + log.lastIndex() + ", not " + index);
        SimFailure.unless(index <= log.baseIndex() || log.isLost(index) || log.termOf(index) == committed.get((int)index - 1).term,
            "leader " + id + " of term " + term + " has another entry at committed index " + index);
    }

    /** Two logs with the same term at an index have the same entry there, and so had the one before it. */
    void onAppended(final long id, final SimLog log, final Record entry)
    {
        final long termBefore = entry.index == 1 ? 0 : log.termOf(entry.index - 1);
        final Written before = written.putIfAbsent(new Place(entry.term, entry.index), new Written(termBefore, entry.frame));
        SimFailure.unless(before == null || (isAlike(before.termBefore, termBefore) && Arrays.equals(before.frame, entry.frame)),
            "member " + id + " has another entry " + entry.term + ":" + entry.index + ", or another one before it");
        SimFailure.unless(termBefore <= entry.term, "terms in the log of member " + id + " go back at " + entry.index);
    }

    /**
     * What takes the place of a lost entry is an entry that somebody has made, and the committed one if one is; and it stands between those
     * between which it was made. Behind a committed one there may be others until they are truncated: they are older than its commit, so
     * no later leader has them.
     */
    void onRepaired(final long id, final SimLog log, final Record entry)
    {
        trace.add("repaired", id, entry.term, entry.index);
        final Written before = written.get(new Place(entry.term, entry.index));
        SimFailure.unless(before != null && Arrays.equals(before.frame, entry.frame),
            "member " + id + " repairs " + entry.term + ":" + entry.index + " by what nobody has written");
        final boolean isCommitted = entry.index <= committed.size();
        SimFailure.unless(!isCommitted || committed.get((int)entry.index - 1).term == entry.term,
            "member " + id + " repairs " + entry.term + ":" + entry.index + ", where another entry is committed");
        final Written next = written.get(new Place(log.termOf(entry.index + 1), entry.index + 1));
        final boolean isBeforeNext = isCommitted || next == null || isAlike(next.termBefore, entry.term);
        SimFailure.unless(isBeforeNext && isAlike(before.termBefore, entry.index == 1 ? 0 : log.termOf(entry.index - 1)),
            "member " + id + " repairs " + entry.term + ":" + entry.index + ", where another entry was before its neighbour");
    }

    /** A lost entry's term may be unknown. */
    private static boolean isAlike(final long term, final long otherTerm)
    {
        return term == otherTerm || term == RaftLog.UNKNOWN_TERM || otherTerm == RaftLog.UNKNOWN_TERM;
    }

    /** What is committed once is committed for ever, and everywhere the same. */
    void onCommitted(final long id, final long leaderTerm, final SimLog log, final long fromIndex, final long toIndex)
    {
        for (long index = fromIndex; index <= toIndex; index++)
        {
            if (log.isLost(index) && index <= committed.size())
            {
                continue;
            }
            final Record entry = log.entry(index);
            if (index > committed.size())
            {
                committed.add(entry);
                onFirstCommitted(entry);
            }
            final Record before = committed.get((int)index - 1);
            SimFailure.unless(before.term == entry.term && Arrays.equals(before.frame, entry.frame),
                "member " + id + " commits " + entry.term + ":" + index + ", committed was " + before.term + ":" + index);
        }
        if (leaderTerm > 0)
        {
            committedByTerm.merge(leaderTerm, toIndex, Math::max);
        }
    }

    private void onFirstCommitted(final Record entry)
    {
        final EntryFrame frame = Messages.frame(entry.frame);
        oracle.onCommitted(frame);
        final Configuration found = ConfigurationRecord.of(frame);
        if (found != null)
        {
            configuration = found;
            found.members().forEach((member) -> everMembers.add(member.id()));
            changeCount++;
        }
    }

    /** The same index gives the same state, whoever applies it and how often; a revision belongs to one index. */
    void onApplied(final long id, final long index, final long revisionBefore, final long revision, final long stateHash)
    {
        trace.add("applied", id, index, revision, stateHash);
        final Long before = stateHashes.putIfAbsent(index, stateHash);
        SimFailure.unless(before == null || before == stateHash, "index " + index + " gave member " + id + " another state");
        SimFailure.unless(revision >= revisionBefore, "the revision went back from " + revisionBefore + " to " + revision);
        if (revision > revisionBefore)
        {
            final Long owner = indexOfRevision.putIfAbsent(revision, index);
            SimFailure.unless(owner == null || owner == index, "revision " + revision + " belongs to index " + owner + " and to " + index);
        }
    }

    void onTruncated(final long id, final long index)
    {
        trace.add("truncated", id, index);
        truncationCount++;
        lastTruncatedId = id;
        SimFailure.unless(index > 0, "all of the log of member " + id + " was truncated");
    }

    void onInstalled(final long id, final long index, final long stateHash)
    {
        trace.add("installed", id, index, stateHash);
        installCount++;
        final Long before = stateHashes.get(index);
        SimFailure.unless(before != null && before == stateHash, "member " + id + " installed another state for index " + index);
    }

    /** Whether a member was removed, and no committed change is under way that might still need it. */
    boolean isRemoved(final long id)
    {
        return everMembers.contains(id) && !configuration.isMember(id) && !configuration.isJoint();
    }

    Configuration configuration()
    {
        return configuration;
    }

    int changeCount()
    {
        return changeCount;
    }

    int leaderCount()
    {
        return leaderOfTerm.size();
    }

    int truncationCount()
    {
        return truncationCount;
    }

    long lastTruncatedId()
    {
        return lastTruncatedId;
    }

    int installCount()
    {
        return installCount;
    }
}
