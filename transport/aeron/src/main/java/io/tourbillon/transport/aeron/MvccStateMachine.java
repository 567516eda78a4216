package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.Checkpoint;
import io.tourbillon.consensus.LeaderAnswers;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.mvcc.Limits;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.RequestCost;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;

/** Makes {@link Mvcc} and its store the state machine of the pipeline. Apply thread, but for {@link Checkpoint#step()} and housekeeping. */
final class MvccStateMachine implements StateMachine
{
    /** Changes that one tick of a leader lets compaction look at: some 200 us, which is what a put behind it waits. */
    private static final int TICK_BUDGET = Math.min(128, Limits.COMPACTION_PER_TICK_MAX);
    /** A checkpoint is due before its time if so much of the journal can go for an eighth of that in pages written once more. */
    private static final long EARLY_JOURNAL_BYTES = 32L << 20;
    private static final int EARLY_COST_SHARE = 8;

    static
    {
        assert Mvcc.PROPOSAL_LENGTH_MAX <= PROPOSAL_LENGTH_MAX : "the pipeline takes no such proposal";
    }

    private final Mvcc mvcc;
    private final TreeStore store;
    private final ClientEgress egress;
    private final NodeReplies replies;
    private final NodeFacts facts;
    private final StoreImages images;
    private final SnapshotSaves saves;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MemberAnnouncement announcement;
    private final SpaceWatch space;
    private final NodeGauges gauges;
    private final NanoClock compactionClock;
    private final RequestCost requestCost = new RequestCost();
    private Broadcasts broadcasts;
    private PeerEgress peerEgress;
    private VersionWatch versions;
    private boolean isUnderWay;
    private volatile boolean isShortOfRoom;

    MvccStateMachine(
        final Mvcc mvcc, final TreeStore store, final StoreImages images, final SnapshotSaves saves, final ClientEgress egress,
        final NodeReplies replies, final NodeFacts facts, final MemberAnnouncement announcement, final SpaceWatch space,
        final NodeGauges gauges, final NanoClock compactionClock)
    {
        this.space = space;
        this.gauges = gauges;
        this.compactionClock = compactionClock;
        this.saves = saves;
        this.images = images;
        this.mvcc = mvcc;
        this.store = store;
        this.egress = egress;
        this.replies = replies;
        this.facts = facts;
        this.announcement = announcement;
        facts.revision(mvcc.revision());
    }

    /** Before the agents start: what this member broadcasts, says to other members' clients, and warns of. */
    MvccStateMachine with(final Broadcasts published, final PeerEgress toPeers, final VersionWatch versionWatch)
    {
        versions = versionWatch;
        broadcasts = published;
        peerEgress = toPeers;
        return this;
    }

    @Override
    public void answerTo(final LeaderAnswers answers)
    {
        if (peerEgress != null)
        {
            peerEgress.answers(answers);
        }
    }

    @Override
    public long appliedIndex()
    {
        return mvcc.appliedIndex();
    }

    @Override
    public DirectBuffer configuration()
    {
        return mvcc.members().configuration();
    }

    @Override
    public boolean isRemovedMember(final long memberId)
    {
        return mvcc.members().isRemoved(memberId);
    }

    @Override
    public boolean isStartedMember(final long memberId)
    {
        return mvcc.members().isPublished(memberId);
    }

    @Override
    public boolean isPromisedVoter(final long memberId)
    {
        return mvcc.members().isPromised(memberId);
    }

    @Override
    public int refusalOfChange(final long credential)
    {
        return mvcc.auth().refusalUnlessRoot(credential);
    }

    @Override
    public int announcement(final MutableDirectBuffer target, final long nowNs)
    {
        final int length = announcement.write(target, nowNs);
        return length > 0 ? length : space.announcement(target, nowNs);
    }

    @Override
    public boolean isAnnounced()
    {
        return announcement.isDone(mvcc.members());
    }

    @Override
    public int onEntry(final EntryFrame entry, final boolean isReplay)
    {
        final int result = mvcc.onEntry(entry, !isReplay && entry.originMemberId() == facts.memberId());
        isUnderWay = result != Mvcc.DONE;
        if (!isUnderWay)
        {
            facts.revision(mvcc.revision());
        }
        return result;
    }

    @Override
    public void onTimedOut(final long sessionId, final long correlationId)
    {
        replies.timedOut(sessionId, correlationId);
    }

    @Override
    public void onStateReplaced()
    {
        isUnderWay = false;
        images.replace();
        mvcc.onStateReplaced();
        facts.revision(mvcc.revision());
    }

    @Override
    public void onRead(final long sessionId, final long credential, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!LeaderAnswers.isQuestion(sessionId) && !egress.isOpen(sessionId))
        {
            return; // it ended while this waited in the queue: a watcher made now would have nobody to end it
        }
        if (!mvcc.onRead(sessionId, credential, buffer, offset, length))
        {
            answer(sessionId, credential, buffer, offset);
        }
    }

    @Override
    public void onAnswer(
        final long sessionId, final long credential, final boolean isWhole, final DirectBuffer buffer, final int offset, final int length)
    {
        if (isWhole)
        {
            egress.reply(sessionId, buffer, offset, length);
        }
        else if (egress.isOpen(sessionId))
        {
            mvcc.onLeaseTime(sessionId, credential, buffer, offset);
        }
    }

    private void answer(final long sessionId, final long credential, final DirectBuffer buffer, final int offset)
    {
        if (header.wrap(buffer, offset).templateId() == MaintenanceRequestDecoder.TEMPLATE_ID)
        {
            saves.onRequest(sessionId, credential, buffer, offset);
        }
        else
        {
            replies.status(mvcc, sessionId, buffer, offset);
        }
    }

    @Override
    public int doWork(final long nowNs)
    {
        if (isShortOfRoom != store.isShortOfRoom())
        {
            isShortOfRoom = !isShortOfRoom;
        }
        int workCount = store.releaseCheckpointed();
        if (!isUnderWay)
        {
            workCount += store.serveReaders(); // a published root never has half an entry
            images.boundPins();
        }
        workCount += egress.doWork(nowNs);
        long endedId;
        while ((endedId = egress.pollEnded()) != 0)
        {
            mvcc.onSessionClosed(endedId);
            saves.onSessionClosed(endedId);
            workCount++;
        }
        workCount += mvcc.autoCompact(compactionClock == null ? nowNs : compactionClock.nanoTime());
        workCount += versions == null ? 0 : versions.doWork();
        workCount += broadcasts == null ? 0 : broadcasts.doWork(mvcc, nowNs);
        workCount += mvcc.doWork(nowNs) + space.doWork() + saves.doWork(mvcc.auth());
        gauges.state().tell(mvcc);
        egress.tellSlow(mvcc.watchFigures());
        egress.tellNear();
        return workCount;
    }

    @Override
    public int tickBudget()
    {
        return mvcc.isCompacting() ? TICK_BUDGET : 0;
    }

    @Override
    public void onLeader(final long nowNs)
    {
        mvcc.onLeader(mvcc.appliedTerm(), nowNs);
    }

    @Override
    public void onFollower()
    {
        mvcc.onFollower();
    }

    @Override
    public void onStall(final long stallNs)
    {
        mvcc.onStall(stallNs);
    }

    @Override
    public int proposal(final MutableDirectBuffer target)
    {
        return mvcc.proposal(target);
    }

    @Override
    public boolean isShortOfRoom()
    {
        return isShortOfRoom;
    }

    @Override
    public boolean needsRoom(final DirectBuffer buffer, final int offset, final int length)
    {
        return requestCost.of(buffer, offset) > 0;
    }

    @Override
    public int housekeeping()
    {
        gauges.housekeeping();
        return images.housekeeping();
    }

    @Override
    public boolean isCheckpointDue(final long journalBytes)
    {
        return store.isCheckpointDue() || mvcc.version().isUnsaved() ||
            journalBytes > EARLY_JOURNAL_BYTES && journalBytes / EARLY_COST_SHARE > store.freedBytes();
    }

    @Override
    public Checkpoint freeze()
    {
        final io.tourbillon.bptree.Checkpoint frozen = store.freeze();
        if (frozen == null)
        {
            return null;
        }
        mvcc.version().onFreeze();
        return new StoreCheckpoint(frozen, mvcc.appliedIndex());
    }

    private static final class StoreCheckpoint implements Checkpoint
    {
        private final io.tourbillon.bptree.Checkpoint frozen;
        private final long appliedIndex;

        private StoreCheckpoint(final io.tourbillon.bptree.Checkpoint frozen, final long appliedIndex)
        {
            this.frozen = frozen;
            this.appliedIndex = appliedIndex;
        }

        @Override
        public long appliedIndex()
        {
            return appliedIndex;
        }

        @Override
        public boolean step() throws IOException
        {
            return frozen.step();
        }
    }
}
