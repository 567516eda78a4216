package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.history.History;
import io.tourbillon.consensus.pipeline.ScriptedForwards;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.consensus.raft.Role;
import io.tourbillon.consensus.raft.ScriptedMessages;
import io.tourbillon.consensus.raft.ScriptedMessages.Message;
import io.tourbillon.consensus.sim.SimJournal.Kind;
import io.tourbillon.consensus.sim.SimJournal.Record;
import io.tourbillon.consensus.sim.SimNode.Image;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * One run of a member, from a start to a crash: the real core, its log, and the stages that move by themselves. What the core wants done is
 * in {@link SimEffects}.
 */
final class SimMember implements ScriptedForwards.World
{
    private static final int MESSAGES_PER_CYCLE = 32;
    private static final int FORCE_TICKS_SLOW = 250;
    /** Leases go ten times as fast, so that the shortest lasts two election time-outs, as at default settings. */
    static final int LEASE_PACE = 10;

    /** op null = the session asks for a client whose writes are remembered. */
    private record Proposed(History.Op op, long sessionId)
    {
    }

    private final SimWorld world;
    private final SimNode node;
    private final SimLog log;
    private final SimStages stages;
    private final SimEffects effects;
    private final SimReads reads;
    private final SimTransfers transfers;
    private final SimRepair repair;
    private final RaftCore core;
    /** By correlation id: wait to be applied, and are then answered. */
    private final Map<Long, Proposed> proposed = new HashMap<>();
    private final Set<Long> answered = new HashSet<>();
    private final ScriptedForwards forwards;
    /** What apply's clock has to say to the log, on its way to the sequencer; null = nothing. */
    private byte[] clockProposal;
    /** Term in which the state machine knows that this member leads; 0 = it does not. */
    private long leadingTerm;
    /** Highest match index seen of each other member, in the term of {@link #matchTerm}. */
    private final Map<Long, Long> matches = new HashMap<>();
    private long matchTerm;
    private long nowNs;
    private boolean isDead;
    private boolean mustEnd;

    SimMember(final SimWorld world, final SimNode node, final int runCount)
    {
        this.world = world;
        this.node = node;
        nowNs = node.clock.nowNs();
        final long appliedIndex = node.store().appliedIndex();
        final long checkpointIndex = appliedIndex;
        log = new SimLog(node.journal, appliedIndex, () -> Math.max(checkpointIndex, node.store().checkpointIndex()));
        stages = new SimStages(
            node.journal, log, world.weather.ringCapacity, log.lastIndex(), world.plant);
        effects = new SimEffects(world, this);
        reads = new SimReads(world, this, runCount);
        transfers = new SimTransfers(world, this);
        SimFailure.unless(appliedIndex >= log.baseIndex() && appliedIndex <= log.lastIndex(),
            "member " + node.id + " starts with state " + appliedIndex + " and log " + log.baseIndex() + " to " + log.lastIndex());
        // Only what was committed is ever cut off.
        core = new RaftCore(settings(), log.configurationAt(appliedIndex), log.baseIndex(), effects,
            () -> Weather.electionTimeoutNs() + world.random.nextInt((int)Weather.electionTimeoutNs()),
            node.journal.term(), node.journal.voteId());
        repair = new SimRepair(world, this);
        forwards = new ScriptedForwards(core, node.id, runCount, Weather.electionTimeoutNs(), this);
    }

    private RaftSettings settings()
    {
        // Both clocks may be off by the spread, over an election time-out.
        final double spread = world.weather.clockSpread;
        final long driftNs = (long)(Weather.electionTimeoutNs() * (1 - (1 - spread) / (1 + spread))) + SimTime.TICK_NS;
        return new RaftSettings(node.id, Weather.electionTimeoutNs(), Weather.heartbeatNs(), world.weather.windowEntries,
            world.weather.hasPreVote, world.weather.hasLeases ? driftNs : RaftSettings.NO_LEASE, true);
    }

    void start()
    {
        log.configurationsAfter(node.store().appliedIndex()).forEach(core::onRecoveredConfiguration);
        core.onStart(nowNs, effects);
    }

    void onCrash()
    {
        isDead = true;
    }

    /** One duty cycle. Each stage moves or rests, as the weather has it. */
    void cycle(final Queue<Message> inbox, final boolean hasOldView)
    {
        nowNs = hasOldView ? nowNs : node.clock.nowNs();
        if (isStageOn())
        {
            tellForced();
        }
        if (isStageOn())
        {
            core.onTick(nowNs, effects);
            forwards.poll(nowNs);
            proposeClock();
        }
        effects.publishPending();
        for (int i = 0; i < MESSAGES_PER_CYCLE && !inbox.isEmpty(); i++)
        {
            receive(inbox.poll());
        }
        mustEnd = !repair.poll(nowNs);
        transfers.cycle();
        if (isStageOn())
        {
            core.replicate(nowNs, effects);
        }
        moveDisk();
        if (isStageOn())
        {
            apply(world.ticks(1, 16));
        }
        node.store().work(LEASE_PACE * node.clock.elapsedNs(), world.ticks(1, 4));
        checkMatches();
    }

    private boolean isStageOn()
    {
        return world.chance(world.weather.stagePerMille);
    }

    private void receive(final Message message)
    {
        world.trace.addMessage(message.fromId(), message.toId(), message.text(), message.bytes());
        if (!forwards.onMessage(new UnsafeBuffer(message.bytes())) && !reads.onMessage(message) && !repair.onMessage(message))
        {
            effects.onMessageBegin(message);
            ScriptedMessages.deliver(message, core, nowNs, effects);
            effects.onMessageEnd();
        }
    }

    private void moveDisk()
    {
        if (!node.isDiskFull() && isStageOn())
        {
            stages.append(world.ticks(1, 8));
        }
        if (stages.canBeginForce() && isStageOn())
        {
            stages.beginForce();
            final int slow = node.isDiskSlow() ? world.ticks(0, FORCE_TICKS_SLOW) : 0;
            world.time.after(slow + world.ticks(1, world.network.isCalm() ? 1 : world.weather.forceTicksMax), () ->
            {
                if (!isDead)
                {
                    stages.endForce();
                }
            });
        }
    }

    /** As the driver does: the last hard state, then the last entry that is still in the log; or each for itself. */
    private void tellForced()
    {
        Record lastHardState = null;
        Record lastEntry = null;
        Record lastRepair = null;
        for (Record record = stages.pollForced(); record != null; record = stages.pollForced())
        {
            if (record.isHardState())
            {
                lastHardState = record;
            }
            else if (record.isEntry() && effects.isStillInLog(record))
            {
                lastEntry = record;
            }
            else if (record.kind == Kind.REPAIR)
            {
                lastRepair = record;
            }
            if (world.weather.tellsEachForce)
            {
                effects.tell(nowNs, lastHardState, lastEntry);
                lastHardState = null;
                lastEntry = null;
            }
        }
        effects.tell(nowNs, lastHardState, lastEntry);
        if (lastRepair != null && log.termOf(lastRepair.index) == lastRepair.term)
        {
            core.onDurable(nowNs, lastRepair.term, lastRepair.index, effects);
            onCommitted(core.commitIndex());
        }
    }

    void read(final History.Op op, final long sessionId)
    {
        reads.read(op, sessionId);
    }

    void write(final History.Op op, final long sessionId, final long correlationId, final Messages.Number number)
    {
        write(new Proposed(op, sessionId), correlationId,
            Messages.encode(new Messages.Write(op.keys(), op.value(), 0), correlationId, number));
    }

    void openClient(final long sessionId, final long correlationId)
    {
        write(new Proposed(null, sessionId), correlationId, Messages.openClient(correlationId));
    }

    private void write(final Proposed write, final long correlationId, final byte[] payload)
    {
        proposed.put(correlationId, write);
        final boolean isTaken = isLeader() ? propose(node.id, write.sessionId, correlationId, payload) > 0 :
            world.weather.hasForwarding && forwards.forward(write.sessionId, correlationId, new UnsafeBuffer(payload));
        if (!isTaken)
        {
            refuse(write.sessionId, correlationId, true);
        }
    }

    @Override
    public void refuse(final long sessionId, final long correlationId, final boolean isCertain)
    {
        SimFailure.unless(!answered.contains(correlationId),
            "member " + node.id + " refuses request " + correlationId + ", which it has answered");
        final Proposed refused = proposed.remove(correlationId);
        if (refused == null)
        {
            // Of a session of a run before: nobody is told.
            return;
        }
        answered.add(correlationId);
        if (refused.op == null)
        {
            world.clients.onOpened(sessionId, 0);
        }
        else if (isCertain)
        {
            world.clients.refuse(refused.op, sessionId, core.leaderId());
        }
        else
        {
            world.clients.giveUp(refused.op, sessionId);
        }
    }

    /** Of a client of whichever member. */
    @Override
    public long propose(final long fromId, final long sessionId, final long correlationId, final byte[] payload)
    {
        final long index = core.proposalIndex();
        final boolean isFull = log.lastIndex() - node.store().appliedIndex() >= world.weather.ringCapacity;
        if (index == RaftCore.NOT_LEADER || isFull || !effects.canPropose())
        {
            return -1;
        }
        effects.append(Messages.entry(core.term(), index, fromId, sessionId, correlationId, new UnsafeBuffer(payload)), core.term(), index);
        if (fromId == node.id)
        {
            onOwnAppended(index, core.term(), sessionId, correlationId);
        }
        return index;
    }

    /** What nobody waits for. */
    void propose(final byte[] payload, final long sessionId)
    {
        propose(node.id, sessionId, 0, payload);
    }

    void onOwnAppended(final long index, final long term, final long sessionId, final long correlationId)
    {
        forwards.onAppended(index, term, sessionId, correlationId);
    }

    void onOwnRepaired(final EntryFrame frame)
    {
        forwards.onRepaired(frame);
    }

    void onCommitted(final long index)
    {
        forwards.onCommitted(index, log.termOf(index), log.wholeIndex());
    }

    @Override
    public boolean send(final long toId, final byte[] bytes)
    {
        world.network.sendOnce(new Message(node.id, toId, "handed on", bytes));
        return true;
    }

    @Override
    public long lastIndex()
    {
        return log.lastIndex();
    }

    /** Apply tells the state machine who leads, and takes what its clock has to say. */
    private void lead(final SimStore store)
    {
        final boolean leads = isLeader() && store.appliedIndex() >= core.termStartIndex();
        final boolean isOver = leadingTerm != 0 && (!leads || core.term() != leadingTerm);
        if (isOver && (leads || world.plant != Plant.LEASE_ENDED_BY_FORMER_LEADER))
        {
            leadingTerm = 0;
            store.onFollower();
        }
        if (leads && leadingTerm == 0)
        {
            leadingTerm = core.term();
            store.onLeader(leadingTerm);
        }
        if (leadingTerm != 0 && clockProposal == null)
        {
            clockProposal = store.proposal();
        }
    }

    /** Lost if the log does not take it: a former leader's is nobody's. */
    private void proposeClock()
    {
        if (clockProposal != null)
        {
            if (world.plant == Plant.LEASE_ENDED_BY_FORMER_LEADER && !isLeader())
            {
                world.nodes.values().stream().filter((other) -> other.isUp() && other.member().isLeader()).findFirst()
                    .ifPresent((other) -> other.member().propose(Messages.inTerm(clockProposal, other.member().core().term()), 0));
            }
            propose(clockProposal, 0);
            clockProposal = null;
        }
    }

    /** An operator's wish; whether it is granted is the core's business. */
    void change(final Configuration target)
    {
        if (effects.canPropose())
        {
            core.proposeConfiguration(target, nowNs, effects);
        }
    }

    void transfer(final long toId)
    {
        core.onTransfer(toId, nowNs, effects);
    }

    void reconnect(final long peerId)
    {
        core.onPeerConnected(nowNs, peerId);
    }

    private void apply(final int limit)
    {
        final SimStore store = node.store();
        reads.run(store);
        forwards.tellApply(store.appliedIndex());
        for (int i = 0; i < limit && store.appliedIndex() < core.commitIndex() && !log.isLost(store.appliedIndex() + 1); i++)
        {
            applyNext(store);
            forwards.tellApply(store.appliedIndex());
            reads.run(store);
        }
        lead(store);
    }

    private void applyNext(final SimStore store)
    {
        final long index = store.appliedIndex() + 1;
        final EntryFrame entry = Messages.frame(log.entry(index).frame);
        final boolean isOwn = entry.originMemberId() == node.id && entry.sessionId() > 0 && entry.sessionId() < SimOracle.OTHERS;
        final Proposed mine = isOwn ? proposed.remove(entry.correlationId()) : null;
        final long revisionBefore = store.revision();
        store.apply(entry, mine == null);
        SimFailure.unless(store.appliedIndex() == index, "applied index is " + store.appliedIndex() + ", not " + index);
        world.checks.onApplied(node.id, index, revisionBefore, store.revision(), store.stateHash());
        if (mine != null)
        {
            answered.add(entry.correlationId());
            answer(mine, store, index);
        }
    }

    private void answer(final Proposed mine, final SimStore store, final long index)
    {
        if (mine.op == null)
        {
            world.clients.onOpened(mine.sessionId, store.told());
        }
        else if (store.toldError() != 0)
        {
            world.clients.onError(mine.op, mine.sessionId, store.toldError());
        }
        else
        {
            world.clients.answer(mine.op, mine.sessionId, mine.op.value(), store.told(), index);
        }
    }

    /** Goes on with a checkpoint, or begins one: it carries nothing that the journal has not forced. */
    void beginCheckpoint()
    {
        final SimStore store = node.store();
        final boolean hasNews = store.appliedIndex() > store.checkpointIndex();
        if (store.isCheckpointing() || (hasNews && store.appliedIndex() <= stages.forcedIndex(Long.MAX_VALUE - 1)))
        {
            store.checkpoint();
        }
    }

    /** Goes on with a checkpoint, or begins one. Then the journal may be cut. */
    void checkpoint()
    {
        final SimStore store = node.store();
        beginCheckpoint();
        // Of a run before: what that one knew to be committed, this one may not know yet.
        final long index = Math.min(store.olderCheckpointIndex(), core.commitIndex());
        if (index > log.baseIndex() && world.chance(world.weather.compactPerMille))
        {
            node.journal.deletePrefix(index, log.termOf(index), log.configurationAt(index));
            log.deletePrefix(index);
        }
    }

    /** A state from the leader, for a log that has not got there. False if it cannot be taken in now. */
    boolean install(final Image image)
    {
        if (!core.needsSnapshot(image.lastIndex(), image.lastTerm()))
        {
            return true;
        }
        // The log would end in a term that the disk does not know of.
        final boolean isTermKnown = effects.durableTerm() >= image.lastTerm();
        if (core.role() == Role.LEADER || node.isDiskFull() || !isTermKnown)
        {
            return false;
        }
        final Configuration configuration =
            world.plant == Plant.SNAPSHOT_WITHOUT_CONFIGURATION ? world.bootConfiguration : image.configuration();
        final boolean keepsLog = core.keepsLogBehind(image.lastIndex(), image.lastTerm());
        stages.drain();
        node.install(image, configuration, keepsLog);
        log.install(image.lastIndex(), image.lastTerm(), configuration, keepsLog);
        stages.onInstalled(log.lastIndex());
        forwards.onStateInstalled();
        effects.onInstalled(image.lastIndex());
        world.checks.onInstalled(node.id, node.store().appliedIndex(), node.store().stateHash());
        core.onSnapshotInstalled(nowNs, image.lastIndex(), configuration, effects);
        return true;
    }

    /** The other one has the state up to an index; or has not, and the index is 0. */
    void onTransferEnd(final long toId, final long installedIndex)
    {
        if (installedIndex > 0)
        {
            core.onSnapshotSent(nowNs, toId, installedIndex);
        }
        else
        {
            core.onSnapshotFailed(nowNs, toId);
        }
    }

    void onTruncated(final long index)
    {
        log.truncateFrom(index);
        stages.onTruncated(index);
        forwards.onTruncated(index);
    }

    /** What a leader knows of the others never goes back in its term. */
    private void checkMatches()
    {
        if (!isLeader())
        {
            return;
        }
        if (matchTerm != core.term())
        {
            matchTerm = core.term();
            matches.clear();
        }
        for (final Member other : core.configuration().members())
        {
            final long match = core.matchIndexOf(other.id());
            final Long before = matches.put(other.id(), match);
            SimFailure.unless(before == null || match >= before || match == RaftCore.NOT_LEADER,
                "leader " + node.id + " has forgotten that member " + other.id() + " had " + before + ": " + match);
        }
        matches.keySet().removeIf((id) -> !core.configuration().isMember(id));
    }

    boolean isLeader()
    {
        return core.role() == Role.LEADER;
    }

    /** Nobody waits for an answer that this member owes. */
    boolean hasAnsweredAll()
    {
        return proposed.isEmpty();
    }

    /** It has found out that it must start again. */
    boolean mustEnd()
    {
        return mustEnd;
    }

    boolean isDead()
    {
        return isDead;
    }

    long id()
    {
        return node.id;
    }

    long nowNs()
    {
        return nowNs;
    }

    RaftCore core()
    {
        return core;
    }

    SimEffects effects()
    {
        return effects;
    }

    SimNode node()
    {
        return node;
    }

    SimLog log()
    {
        return log;
    }

    SimStages stages()
    {
        return stages;
    }

    SimReads reads()
    {
        return reads;
    }

    SimTransfers transfers()
    {
        return transfers;
    }

    @Override
    public String toString()
    {
        return "member " + node.id + " is " + core.role() + " of term " + core.term() +
            ", log " + log.baseIndex() + " to " + log.lastIndex() + ", committed " + core.commitIndex() +
            ", applied " + node.store().appliedIndex() + (proposed.isEmpty() ? "" : ", owes answers to " + proposed.keySet()) +
            ", members " + core.configuration();
    }
}
