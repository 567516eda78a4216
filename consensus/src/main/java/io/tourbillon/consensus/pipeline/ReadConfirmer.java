package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.ReadIndexReplyDecoder;
import io.tourbillon.codecs.peer.ReadIndexRequestDecoder;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.Role;

/**
 * Gets linearizable reads confirmed: by the core where this member leads, else by the leader, which is asked for its read index once for
 * all reads that wait (ReadIndex, Raft thesis 6.4). Each attempt has an id of its own: an answer counts for no read that came after it was
 * asked for. Reads that wait outlive a change of leader. Sequencer's thread only; does not allocate.
 */
final class ReadConfirmer
{
    private static final long NONE = 0;
    private static final long REFUSED = -1;

    /** What another member waits for here. */
    private static final class RemoteRead
    {
        private long memberId;
        /** Under which this member's core confirms it; NONE = nothing waits. */
        private long readId = NONE;
        private long attempt;
        /** Writes that it had forwarded before are at or below this. */
        private long ownIndex;
    }

    private final RaftCore core;
    private final RaftEffects effects;
    private final PeerSender sender;
    private final ReadQueue queue;
    private final LogWriter log;
    private final long retryNs;
    private final RemoteRead[] remoteReads = new RemoteRead[Configuration.MEMBERS_MAX];

    private long lastReadId;
    /** Reads of this member up to here have come; up to there they are confirmed. */
    private long ownAskedId;
    private long ownConfirmedId;
    private boolean isAfterWrites;
    private long attempt;
    /** Reads that the attempt under way is for; NONE = none is under way. */
    private long attemptReadId = NONE;
    private long attemptNs;

    ReadConfirmer(
        final RaftCore core,
        final RaftEffects effects,
        final PeerSender sender,
        final ReadQueue queue,
        final LogWriter log,
        final long retryNs,
        final long runId)
    {
        this.core = core;
        this.effects = effects;
        this.sender = sender;
        this.queue = queue;
        this.log = log;
        this.retryNs = retryNs;
        // An answer to what an earlier run of this member asked is late for every read of this one.
        this.attempt = runId << Integer.SIZE;
        for (int i = 0; i < remoteReads.length; i++)
        {
            remoteReads[i] = new RemoteRead();
        }
    }

    /** Id for a read that is about to be queued. */
    long nextId()
    {
        return lastReadId + 1;
    }

    /** A read of this member was queued under {@link #nextId()}. */
    void onQueued(final long nowNs, final boolean isAfterOwnWrites)
    {
        ownAskedId = ++lastReadId;
        isAfterWrites |= isAfterOwnWrites;
        if (core.onRead(nowNs, lastReadId, effects) == RaftCore.NOT_LEADER)
        {
            poll(nowNs);
        }
    }

    /** Asks the leader if reads wait and nobody was asked, or the answer does not come. */
    int poll(final long nowNs)
    {
        final boolean isWaiting = ownAskedId > ownConfirmedId && core.role() != Role.LEADER && core.leaderId() != RaftCore.NO_LEADER;
        if (!isWaiting || (attemptReadId != NONE && nowNs - attemptNs < retryNs))
        {
            return 0;
        }
        attemptNs = nowNs;
        attemptReadId = ownAskedId;
        // What cannot be sent now is asked again after the same time.
        sender.readRequest(core.leaderId(), core.term(), ++attempt, isAfterWrites);
        return 1;
    }

    /** The core has confirmed all reads up to an id, own ones and others'. */
    void onConfirmed(final long readId, final long readIndex)
    {
        confirmOwn(readId, readIndex);
        for (final RemoteRead remote : remoteReads)
        {
            if (remote.readId != NONE && remote.readId <= readId)
            {
                remote.readId = NONE;
                sender.readReply(remote.memberId, core.term(), remote.attempt, Math.max(readIndex, remote.ownIndex));
            }
        }
    }

    /** This member leads no more: its own reads wait for the next leader, others' are told to ask elsewhere. */
    void onAbandoned()
    {
        attemptReadId = NONE;
        for (final RemoteRead remote : remoteReads)
        {
            if (remote.readId != NONE)
            {
                remote.readId = NONE;
                sender.readReply(remote.memberId, core.term(), remote.attempt, REFUSED);
            }
        }
    }

    /** This member leads from now on: what it asked another for, it asks itself. */
    void onLeading(final long nowNs)
    {
        attemptReadId = NONE;
        if (ownAskedId > ownConfirmedId)
        {
            core.onRead(nowNs, ++lastReadId, effects);
            ownAskedId = lastReadId;
        }
    }

    /** A leader that is known now may answer what none could before. */
    void onLeaderChanged()
    {
        attemptReadId = NONE;
    }

    int onRequest(final long nowNs, final ReadIndexRequestDecoder message)
    {
        final long memberId = message.peer().fromId();
        final RemoteRead remote = slotFor(memberId);
        if (core.role() != Role.LEADER || remote == null)
        {
            sender.readReply(memberId, core.term(), message.attempt(), REFUSED);
            return RaftCore.OUT_OF_DATE;
        }
        remote.memberId = memberId;
        remote.attempt = message.attempt();
        remote.ownIndex = message.afterWrites() != 0 ? log.lastIndex() : 0;
        remote.readId = ++lastReadId;
        core.onRead(nowNs, lastReadId, effects);
        return RaftCore.TAKEN;
    }

    int onReply(final long nowNs, final ReadIndexReplyDecoder message)
    {
        if (message.attempt() != attempt || attemptReadId == NONE)
        {
            return RaftCore.OUT_OF_DATE;
        }
        final long readId = attemptReadId;
        if (message.readIndex() == REFUSED)
        {
            // Whoever leads now, it is not that one: asked again when the time has passed.
            return RaftCore.TAKEN;
        }
        attemptReadId = NONE;
        confirmOwn(readId, message.readIndex());
        poll(nowNs);
        return RaftCore.TAKEN;
    }

    private void confirmOwn(final long readId, final long readIndex)
    {
        if (ownAskedId > ownConfirmedId)
        {
            ownConfirmedId = Math.min(readId, ownAskedId);
            isAfterWrites &= ownAskedId > ownConfirmedId;
            queue.confirm(ownConfirmedId, readIndex);
        }
    }

    /** One for each member; null if there are more than a configuration has. */
    private RemoteRead slotFor(final long memberId)
    {
        RemoteRead free = null;
        for (final RemoteRead remote : remoteReads)
        {
            if (remote.memberId == memberId)
            {
                return remote;
            }
            if (remote.memberId == 0 || remote.readId == NONE)
            {
                free = remote;
            }
        }
        return free;
    }
}
