package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.Checkpoint;
import io.tourbillon.consensus.LeaderAnswers;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.zip.CRC32;

/** Writes down what it is told; can be told to pause, to take slices, to fail. */
final class TestStateMachine implements StateMachine
{
    record Applied(long index, long term, long sessionId, long correlationId, int payloadLength, long payloadCrc, boolean isReplay)
    {
    }

    /** What it is asked as a leader, or by its clients, which asked theirs. Apply's thread. */
    interface Asked
    {
        void onQuestion(long sessionId, long credential, byte[] request);

        void answer(LeaderAnswers answers);

        void onAnswer(long sessionId, boolean isWhole, byte[] message);
    }

    final List<Applied> applied = Collections.synchronizedList(new ArrayList<>());
    /** Changes of members applied: correlation id and the member that changed. */
    final Map<Long, Long> memberAnswers = new ConcurrentHashMap<>();
    /** Who asked, by the request's correlation id. */
    final Map<Long, Long> credentials = new ConcurrentHashMap<>();
    final Set<Long> readCredentials = ConcurrentHashMap.newKeySet();
    /** Who may change the members. */
    volatile LongPredicate isAllowed = (credential) -> true;
    final Set<Long> promisedVoters = ConcurrentHashMap.newKeySet();
    final Set<Long> removedMembers = ConcurrentHashMap.newKeySet();
    /** Correlation ids of requests that waited too long. */
    final List<Long> timedOut = Collections.synchronizedList(new ArrayList<>());
    final List<String> reads = Collections.synchronizedList(new ArrayList<>());
    volatile boolean isPaused;
    private volatile boolean isHousekeepingHeld;
    private volatile boolean isHousekeepingHolding;
    volatile boolean isFailing;
    volatile int slices = 1;
    volatile int tickBudget;
    /** What to propose once; null = nothing. */
    volatile byte[] nextProposal;
    /** Index applied when it was told that it leads; 0 = it was not. */
    volatile long ledAtIndex;
    volatile Checkpoint nextCheckpoint;
    /** Newest applied; null = none. */
    volatile Configuration configuration;
    /** Where its state comes from and goes to; null = nowhere. */
    volatile TestImages images;
    /** Null = it is asked nothing. */
    volatile Asked asked;
    private LeaderAnswers answers;
    private volatile long appliedIndex;
    private int slicesDone;

    TestStateMachine(final long appliedIndex)
    {
        this(appliedIndex, null);
    }

    TestStateMachine(final long appliedIndex, final Configuration configuration)
    {
        this.appliedIndex = appliedIndex;
        this.configuration = configuration;
    }

    @Override
    public long appliedIndex()
    {
        return appliedIndex;
    }

    @Override
    public DirectBuffer configuration()
    {
        return configuration == null ? null : ConfigurationRecord.encode(configuration, 1);
    }

    @Override
    public boolean isRemovedMember(final long memberId)
    {
        return removedMembers.contains(memberId);
    }

    @Override
    public int refusalOfChange(final long credential)
    {
        return isAllowed.test(credential) ? 0 : ErrorCode.PERMISSION_DENIED.number();
    }

    @Override
    public boolean isPromisedVoter(final long memberId)
    {
        return promisedVoters.contains(memberId);
    }

    @Override
    public boolean isStartedMember(final long memberId)
    {
        return true;
    }

    @Override
    public int onEntry(final EntryFrame entry, final boolean isReplay)
    {
        if (isFailing)
        {
            throw new IllegalStateException("asked to fail");
        }
        if (isPaused && entry.sessionId() != 0)
        {
            return PAUSED;
        }
        if (!entry.isWhole())
        {
            throw new IllegalStateException("damaged frame at " + appliedIndex);
        }
        if (++slicesDone < slices)
        {
            return MORE;
        }
        slicesDone = 0;
        credentials.put(entry.correlationId(), entry.credential());
        applied.add(new Applied(entry.index(), entry.term(), entry.sessionId(), entry.correlationId(), entry.payloadLength(),
            crc(entry.payload(), entry.payloadOffset(), entry.payloadLength()), isReplay));
        if (MembershipDoor.isFor(entry.payload(), entry.payloadOffset(), entry.payloadLength()))
        {
            final MemberRequestDecoder request = new MemberRequestDecoder()
                .wrapAndApplyHeader(entry.payload(), entry.payloadOffset(), new MessageHeaderDecoder());
            if (request.operation() == MemberOperation.ADD)
            {
                promisedVoters.add(request.targetId());
            }
            memberAnswers.put(entry.correlationId(), request.targetId());
        }
        final Configuration carried = ConfigurationRecord.of(entry);
        if (carried != null)
        {
            final Configuration before = configuration;
            configuration = carried;
            if (before != null)
            {
                before.members().stream().filter((member) -> !carried.isMember(member.id()))
                    .forEach((member) -> removedMembers.add(member.id()));
            }
        }
        appliedIndex = entry.index();
        return DONE;
    }

    static long crc(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        final CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    /** Returns when it stands still. */
    void holdHousekeeping(final boolean isHeld)
    {
        isHousekeepingHeld = isHeld;
        Waiting.until("housekeeping stands still, or goes on", () -> isHousekeepingHolding == isHeld);
    }

    @Override
    public int housekeeping()
    {
        isHousekeepingHolding = isHousekeepingHeld;
        while (isHousekeepingHeld && !Thread.currentThread().isInterrupted())
        {
            LockSupport.parkNanos(100_000);
        }
        isHousekeepingHolding = false;
        return 0;
    }

    @Override
    public void onTimedOut(final long sessionId, final long correlationId)
    {
        timedOut.add(correlationId);
    }

    @Override
    public void onRead(final long sessionId, final long credential, final DirectBuffer buffer, final int offset, final int length)
    {
        if (LeaderAnswers.isQuestion(sessionId))
        {
            asked.onQuestion(sessionId, credential, bytes(buffer, offset, length));
            return;
        }
        readCredentials.add(credential);
        reads.add(sessionId + ":" + buffer.getLong(offset) + "@" + appliedIndex);
    }

    private static byte[] bytes(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }

    @Override
    public void answerTo(final LeaderAnswers toPeers)
    {
        answers = toPeers;
    }

    @Override
    public void onAnswer(
        final long sessionId, final long credential, final boolean isWhole, final DirectBuffer buffer, final int offset, final int length)
    {
        asked.onAnswer(sessionId, isWhole, bytes(buffer, offset, length));
    }

    @Override
    public int doWork(final long nowNs)
    {
        if (asked != null)
        {
            asked.answer(answers);
        }
        return 0;
    }

    @Override
    public int tickBudget()
    {
        return tickBudget;
    }

    @Override
    public void onLeader(final long nowNs)
    {
        ledAtIndex = appliedIndex;
    }

    @Override
    public int proposal(final MutableDirectBuffer target)
    {
        final byte[] proposal = nextProposal;
        if (proposal == null)
        {
            return 0;
        }
        nextProposal = null;
        target.putBytes(0, proposal);
        return proposal.length;
    }

    @Override
    public void onStateReplaced()
    {
        slicesDone = 0;
        load(images.takeOpened());
    }

    /** Its state is this from now on. */
    void load(final TestImages.State state)
    {
        synchronized (applied)
        {
            applied.clear();
            applied.addAll(state.applied());
            configuration = state.configuration();
            appliedIndex = applied.isEmpty() ? 0 : applied.get(applied.size() - 1).index();
        }
    }

    @Override
    public Checkpoint freeze()
    {
        return images == null ? nextCheckpoint : images.freeze();
    }
}
