package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import io.tourbillon.codecs.record.NoOpEncoder;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.Role;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Drives the core with time and forced sequences, and carries out what it decides. What finds no slot in the ring waits here, in order,
 * and no proposal passes it. Sequencer's thread only.
 */
final class RaftDriver implements RaftEffects
{
    private final RaftCore core;
    private final long memberId;
    private final long clusterId;
    private final LogWriter log;
    private final LogRing ring;
    private final EntrySource entries;
    private final OwnRequests ownRequests;
    private final PeerLinks links;
    private final PeerSender sender;
    private final ForwardSettler settler;
    private final DiskRoom diskRoom;
    private final PipelineCounters counters;
    private final UnsafeBuffer noOp = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
    private final int noOpLength;
    /** Made after this, as they need it. */
    private StateInstaller installer;
    private ReadConfirmer reads;
    private ReadQueue readQueue;
    private OwnReads ownReads;

    private boolean hasPendingHardState;
    private long pendingTerm;
    private long pendingVote;
    /** A no-op or a configuration of this leader's that waits for its place; null = none. */
    private DirectBuffer pendingEntry;
    private int pendingEntryLength;
    private boolean hasBegunToLead;
    private long seenForced = -1;
    private boolean isLearner;
    /** When {@link #tellProgress} told last. */
    private long toldNs;

    RaftDriver(
        final PipelineContext ctx,
        final RaftCore core,
        final LogWriter log,
        final LogRing ring,
        final EntrySource entries,
        final OwnRequests ownRequests)
    {
        this.core = core;
        this.log = log;
        this.ring = ring;
        this.entries = entries;
        this.ownRequests = ownRequests;
        memberId = ctx.memberId();
        clusterId = ctx.clusterId();
        links = ctx.peerLinks();
        counters = ctx.counters();
        sender = new PeerSender(clusterId, memberId, links, entries);
        diskRoom = new DiskRoom(ctx);
        settler = new ForwardSettler(core, sender, ownRequests, ctx.electionTimeoutNs());
        final NoOpEncoder encoder = new NoOpEncoder().wrapAndApplyHeader(noOp, 0, new MessageHeaderEncoder());
        encoder.memberId(memberId);
        noOpLength = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    void installer(final StateInstaller value)
    {
        installer = value;
    }

    void reads(final ReadConfirmer confirmer, final ReadQueue queue, final OwnReads own)
    {
        reads = confirmer;
        readQueue = queue;
        ownReads = own;
    }

    void onStart(final long nowNs)
    {
        toldNs = nowNs;
        entries.onStart();
        core.onStart(nowNs, this);
    }

    void onClose()
    {
        entries.onClose();
        links.onClose();
    }

    int poll(final long nowNs)
    {
        tellRoom();
        int workCount = onForced(nowNs);
        workCount += pollInstaller(nowNs);
        if (isInstalling())
        {
            return workCount;
        }
        workCount += core.onTick(nowNs, this);
        workCount += flushPending() ? 1 : 0;
        workCount += settler.poll(nowNs) + ownRequests.poll(nowNs) + ownReads.poll(nowNs);
        if (hasBegunToLead)
        {
            hasBegunToLead = false;
            reads.onLeading(nowNs);
        }
        tellProgress(nowNs);
        return workCount + reads.poll(nowNs);
    }

    /** For who watches the cluster: seldom enough to cost nothing. */
    private void tellProgress(final long nowNs)
    {
        if (nowNs - toldNs < MemberProgress.TELL_INTERVAL_NS)
        {
            return;
        }
        toldNs = nowNs;
        final MemberProgress progress = counters.members.getPlain();
        final List<Member> members = progress.configuration().members();
        for (int i = 0; i < members.size(); i++)
        {
            final long matchIndex = core.matchIndexOf(members.get(i).id());
            progress.matchIndex(i, matchIndex == RaftCore.NOT_LEADER ? 0 : matchIndex);
        }
    }

    private int pollInstaller(final long nowNs)
    {
        final boolean wasInstalling = isInstalling();
        final int workCount = installer.poll(nowNs, hasPending());
        if (isInstalling() && !wasInstalling)
        {
            readQueue.onTruncated(reads.nextId() - 1, log.lastIndex());
        }
        return workCount;
    }

    /** Another member's state is taking the place of the log: until that is durable the core hears nothing. */
    boolean isInstalling()
    {
        return installer.isInstalling();
    }

    /** What came in in this duty cycle, to the others. */
    int replicate(final long nowNs)
    {
        return core.replicate(nowNs, this);
    }

    DiskRoom diskRoom()
    {
        return diskRoom;
    }

    private void tellRoom()
    {
        final long diskFull = diskRoom.isShort() ? 1 : 0;
        if (diskFull != counters.diskFull.getPlain())
        {
            counters.diskFull.setRelease(diskFull);
        }
        final long noSpace = diskFull != 0 || (isLeading() && !core.hasMajorityRoom()) ? 1 : 0;
        if (noSpace != counters.noSpace.getPlain())
        {
            counters.noSpace.setRelease(noSpace);
        }
    }

    PeerSender sender()
    {
        return sender;
    }

    ForwardSettler settler()
    {
        return settler;
    }

    boolean isLeading()
    {
        return core.role() == Role.LEADER;
    }

    /** By the configuration that acts. */
    boolean isLearner()
    {
        return isLearner;
    }

    /** Whether something of the member's own still waits for a slot. */
    boolean hasPending()
    {
        return hasPendingHardState || pendingEntry != null;
    }

    /**
     * Tells the core what the disk has. Only entries that are still in the log count: the force of an entry that was truncated must not
     * acknowledge the one that took its index.
     */
    private int onForced(final long nowNs)
    {
        final long forced = ring.forced().get();
        if (forced == seenForced)
        {
            return 0;
        }
        final LogMap map = log.map();
        long hardStateAt = -1;
        long entryAt = -1;
        long repairAt = -1;
        for (long sequence = seenForced + 1; sequence <= forced; sequence++)
        {
            if (map.kind(sequence) == SlotKind.HARD_STATE)
            {
                hardStateAt = sequence;
            }
            else if (map.isLiveEntry(sequence))
            {
                entryAt = sequence;
            }
            repairAt = map.kind(sequence) == SlotKind.REPAIR ? sequence : repairAt;
        }
        seenForced = forced;
        if (hardStateAt >= 0)
        {
            installer.onHardStateDurable(map.term(hardStateAt));
            core.onHardStateDurable(nowNs, map.term(hardStateAt), map.index(hardStateAt), this);
        }
        if (entryAt >= 0)
        {
            core.onDurable(nowNs, map.term(entryAt), map.index(entryAt), this);
        }
        if (repairAt >= 0 && log.termOf(map.index(repairAt)) == map.term(repairAt))
        {
            core.onDurable(nowNs, map.term(repairAt), map.index(repairAt), this);
            // What was committed while something was lost was not certain until now.
            tellOwnRequests(core.commitIndex());
        }
        return 1;
    }

    /** True if something found its place. */
    private boolean flushPending()
    {
        final boolean hadPending = hasPending();
        if (hasPendingHardState && log.appendHardState(pendingTerm, pendingVote))
        {
            hasPendingHardState = false;
        }
        if (pendingEntry != null && !hasPendingHardState &&
            log.append(core.term(), memberId, 0, 0, 0, 0, pendingEntry, 0, pendingEntryLength) > 0)
        {
            pendingEntry = null;
        }
        return hadPending && !hasPending();
    }

    @Override
    public void persistHardState(final long term, final long voteId)
    {
        hasPendingHardState = true;
        pendingTerm = term;
        pendingVote = voteId;
    }

    @Override
    public void appendNoOp(final long term, final long index)
    {
        assert index == log.lastIndex() + 1 : index;
        pendingEntry = noOp;
        pendingEntryLength = noOpLength;
    }

    @Override
    public void appendConfiguration(final long term, final long index, final Configuration configuration)
    {
        assert index == log.lastIndex() + 1 : index;
        assert pendingEntry == null : "two entries of the leader's own";
        pendingEntry = ConfigurationRecord.encode(configuration, clusterId);
        pendingEntryLength = pendingEntry.capacity();
        flushPending();
    }

    @Override
    public boolean appendEntry(final DirectBuffer buffer, final int offset, final int length)
    {
        flushPending();
        if (hasPending() || !diskRoom.hasRoomForEntry(length) || !log.appendFrame(buffer, offset, length))
        {
            return false;
        }
        final EntryFrame frame = log.appendedFrame();
        if (frame.originMemberId() == memberId)
        {
            ownRequests.onAppended(frame.index(), frame.term(), frame.sessionId(), frame.correlationId());
        }
        return true;
    }

    @Override
    public boolean truncateFrom(final long index)
    {
        flushPending();
        if (hasPending() || !log.truncateFrom(index))
        {
            return false;
        }
        ownRequests.onTruncated(index);
        readQueue.onTruncated(reads.nextId() - 1, log.lastIndex());
        return true;
    }

    private void tellOwnRequests(final long commitIndex)
    {
        ownRequests.onCommitted(commitIndex, log.termOf(commitIndex), log.wholeIndex());
    }

    @Override
    public void commit(final long index)
    {
        log.commit(index);
        tellOwnRequests(index);
        settler.onCommitted(index);
        if (index >= core.termStartIndex() && core.role() == Role.LEADER)
        {
            counters.termStartIndex.setRelease(core.termStartIndex());
        }
    }

    @Override
    public void confirmReads(final long readId, final long readIndex)
    {
        reads.onConfirmed(readId, readIndex);
    }

    @Override
    public void abandonReads(final long readId)
    {
        reads.onAbandoned();
    }

    @Override
    public void sendVoteRequest(
        final long toId, final long term, final long lastIndex, final long lastTerm, final boolean isPreVote, final boolean isTransfer)
    {
        sender.voteRequest(toId, term, lastIndex, lastTerm, isPreVote, isTransfer);
    }

    @Override
    public void sendVoteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        sender.voteReply(toId, term, isGranted, isPreVote);
    }

    @Override
    public long sendEntries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        return sender.entries(toId, term, prevIndex, prevTerm, lastIndex, commitIndex);
    }

    @Override
    public void sendAppendReply(final long toId, final long term, final long matchIndex)
    {
        sender.appendReply(toId, term, matchIndex);
    }

    @Override
    public void sendAppendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex)
    {
        sender.appendRefusal(toId, term, rejectedIndex, hintIndex, diskRoom.isRefusing());
    }

    @Override
    public boolean sendHeartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        return sender.heartbeat(toId, term, commitIndex, round);
    }

    @Override
    public void sendHeartbeatReply(final long toId, final long term, final long round)
    {
        sender.heartbeatReply(toId, term, round);
    }

    @Override
    public void sendTimeoutNow(final long toId, final long term)
    {
        sender.timeoutNow(toId, term);
    }

    @Override
    public void sendSnapshot(final long toId)
    {
        installer.send(toId);
    }

    @Override
    public void onConfiguration(final Configuration configuration)
    {
        counters.otherVoters.setRelease(configuration.members().stream()
            .filter((member) -> member.isVoter() && member.id() != memberId).count());
        isLearner = configuration.isMember(memberId) && !configuration.isVoter(memberId);
        counters.members.setRelease(new MemberProgress(configuration));
        links.onConfiguration(configuration);
    }

    @Override
    public void onRoleChange(final Role role, final long term, final long leaderId, final String reason)
    {
        if (role != Role.LEADER)
        {
            // A no-op or a configuration that found no place in its term has none in another.
            pendingEntry = null;
            counters.termStartIndex.setRelease(0);
        }
        installer.onRoleChange(role);
        hasBegunToLead = role == Role.LEADER;
        reads.onLeaderChanged();
        counters.term.setRelease(term);
        if (leaderId != RaftCore.NO_LEADER && leaderId != counters.leaderId.getPlain())
        {
            counters.leaderChanges.addRelease(1);
        }
        counters.leaderId.setRelease(leaderId);
    }
}
