package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.FatalHandler;
import io.tourbillon.consensus.IdleWait;
import io.tourbillon.consensus.Ingress;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.Agent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static io.tourbillon.consensus.pipeline.SettingFaults.requireIn;
import static io.tourbillon.consensus.pipeline.SettingFaults.requireMultiple;
import static io.tourbillon.consensus.pipeline.SettingFaults.requirePowerOfTwo;
import static io.tourbillon.consensus.pipeline.SettingFaults.requireSet;

/**
 * Settings and parts of a {@link Pipeline}: set, judged by {@link #faults()}, then launched.
 */
public final class PipelineContext
{
    /** Room for waiting reads where requests are short. */
    private static final int READ_QUEUE_LENGTH_MIN = 512 << 10;

    private long memberId;
    private Journal journal;
    private Durability durability = Durability.FSYNC;
    private StateMachine stateMachine;
    private Ingress ingress;
    private Agent companion;
    private FatalHandler fatalHandler;
    private Mode mode = Mode.FOLDED;
    private IdleMode idleMode = IdleMode.BACKOFF;
    private IdleWait idleWait;
    private PipelineCounters counters = new PipelineCounters();
    private int ringCapacity = 8192;
    private int inlineLength = 1024;
    private int arenaLength = 16 << 20;
    private int requestLengthMax = Protocol.REQUEST_LENGTH_MAX;
    private long backlogBytesMax = 16L << 20;
    private int readQueueLength = 4 << 20;
    private long checkpointJournalBytes = 256L << 20;
    private long checkpointIntervalNs = TimeUnit.MINUTES.toNanos(5);
    private long electionTimeoutNs = TimeUnit.SECONDS.toNanos(1);
    private long runId;
    private long heartbeatIntervalNs;
    private long clusterId;
    private Configuration configuration;
    private MembershipSettings membership = MembershipSettings.DEFAULT;
    private PeerLinks peerLinks = PeerLinks.none();
    private long catchUpBytes;
    private TransferSettings transfer;

    /**
     * @param value this member's id; not 0.
     * @return this.
     */
    public PipelineContext memberId(final long value)
    {
        memberId = value;
        return this;
    }

    /** @return this member's id; not 0. */
    public long memberId()
    {
        return memberId;
    }

    /**
     * @param value open journal; the pipeline closes it.
     * @return this.
     */
    public PipelineContext journal(final Journal value)
    {
        journal = value;
        return this;
    }

    /** @return open journal; the pipeline closes it. */
    public Journal journal()
    {
        return journal;
    }

    /**
     * @param value as the journal was opened with.
     * @return this.
     */
    public PipelineContext durability(final Durability value)
    {
        durability = value;
        return this;
    }

    /** @return as the journal was opened with. */
    public Durability durability()
    {
        return durability;
    }

    /**
     * @param value what entries are applied to.
     * @return this.
     */
    public PipelineContext stateMachine(final StateMachine value)
    {
        stateMachine = value;
        return this;
    }

    /** @return what entries are applied to. */
    public StateMachine stateMachine()
    {
        return stateMachine;
    }

    /**
     * @param value where requests come from.
     * @return this.
     */
    public PipelineContext ingress(final Ingress value)
    {
        ingress = value;
        return this;
    }

    /** @return where requests come from. */
    public Ingress ingress()
    {
        return ingress;
    }

    /**
     * @param value runs first on the sequencer's thread, in folded mode the media driver's invoker; null = none.
     * @return this.
     */
    public PipelineContext companion(final Agent value)
    {
        companion = value;
        return this;
    }

    /** @return runs first on the sequencer's thread, in folded mode the media driver's invoker; null = none. */
    public Agent companion()
    {
        return companion;
    }

    /**
     * @param value told when an agent fails.
     * @return this.
     */
    public PipelineContext fatalHandler(final FatalHandler value)
    {
        fatalHandler = value;
        return this;
    }

    /**
     * @return told when an agent fails.
     */
    public FatalHandler fatalHandler()
    {
        return fatalHandler;
    }

    /**
     * @param value how agents share threads.
     * @return this.
     */
    public PipelineContext mode(final Mode value)
    {
        mode = value;
        return this;
    }

    /**
     * @return how agents share threads.
     */
    public Mode mode()
    {
        return mode;
    }

    /**
     * @param value what a thread does without work.
     * @return this.
     */
    public PipelineContext idleMode(final IdleMode value)
    {
        idleMode = value;
        return this;
    }

    /**
     * @return what a thread does without work.
     */
    public IdleMode idleMode()
    {
        return idleMode;
    }

    /**
     * @param value what the sequencer's thread waits for when it has nothing to do; null (the default) = for time to pass.
     * @return this.
     */
    public PipelineContext idleWait(final IdleWait value)
    {
        idleWait = value;
        return this;
    }

    IdleWait idleWait()
    {
        return idleWait;
    }

    /**
     * @param value counters to write to.
     * @return this.
     */
    public PipelineContext counters(final PipelineCounters value)
    {
        counters = value;
        return this;
    }

    /**
     * @return counters to write to.
     */
    public PipelineCounters counters()
    {
        return counters;
    }

    /**
     * @param value slots of the ring, a power of two in [16, 1 Mi].
     * @return this.
     */
    public PipelineContext ringCapacity(final int value)
    {
        ringCapacity = value;
        return this;
    }

    /**
     * @return slots of the ring, a power of two in [16, 1 Mi].
     */
    public int ringCapacity()
    {
        return ringCapacity;
    }

    /**
     * @param value longest frame that a slot itself holds, in bytes: a multiple of 64 in [128, 64 KiB].
     * @return this.
     */
    public PipelineContext inlineLength(final int value)
    {
        inlineLength = value;
        return this;
    }

    /**
     * @return longest frame that a slot itself holds, in bytes: a multiple of 64 in [128, 64 KiB].
     */
    public int inlineLength()
    {
        return inlineLength;
    }

    /**
     * @param value room for longer frames, in bytes: at least twice the longest frame.
     * @return this.
     */
    public PipelineContext arenaLength(final int value)
    {
        arenaLength = value;
        return this;
    }

    /**
     * @return room for longer frames, in bytes: at least twice the longest frame.
     */
    public int arenaLength()
    {
        return arenaLength;
    }

    /**
     * @param value longest request in bytes, in [1 KiB, 4 MiB].
     * @return this.
     */
    public PipelineContext requestLengthMax(final int value)
    {
        requestLengthMax = value;
        return this;
    }

    /**
     * @return longest request in bytes, in [1 KiB, 4 MiB].
     */
    public int requestLengthMax()
    {
        return requestLengthMax;
    }

    /**
     * @param value frames admitted but not applied, in bytes, at which writes are refused.
     * @return this.
     */
    public PipelineContext backlogBytesMax(final long value)
    {
        backlogBytesMax = value;
        return this;
    }

    /**
     * @return frames admitted but not applied, in bytes, at which writes are refused.
     */
    public long backlogBytesMax()
    {
        return backlogBytesMax;
    }

    /**
     * The read queue's length that lets a read of this length in.
     *
     * @param messageLength longest read in bytes, at most 4 MiB.
     * @return length in bytes, to be given to {@link #readQueueLength(int)}.
     */
    public static int readQueueLengthFor(final int messageLength)
    {
        return Math.max(READ_QUEUE_LENGTH_MIN, ReadQueue.lengthFor(messageLength));
    }

    /**
     * @param value room for waiting reads, in bytes, a power of two in [64 KiB, 64 MiB]; a read is at most an eighth of it, less 24 bytes.
     * @return this.
     */
    public PipelineContext readQueueLength(final int value)
    {
        readQueueLength = value;
        return this;
    }

    /**
     * @return room for waiting reads, in bytes, a power of two in [64 KiB, 64 MiB]; a read is at most an eighth of it, less 24 bytes.
     */
    public int readQueueLength()
    {
        return readQueueLength;
    }

    /**
     * @param value journal bytes after which a checkpoint is due.
     * @return this.
     */
    public PipelineContext checkpointJournalBytes(final long value)
    {
        checkpointJournalBytes = value;
        return this;
    }

    /**
     * @return journal bytes after which a checkpoint is due.
     */
    public long checkpointJournalBytes()
    {
        return checkpointJournalBytes;
    }

    /**
     * @param value time after which a checkpoint is due if anything was applied.
     * @return this.
     */
    public PipelineContext checkpointIntervalNs(final long value)
    {
        checkpointIntervalNs = value;
        return this;
    }

    /**
     * @return time after which a checkpoint is due if anything was applied.
     */
    public long checkpointIntervalNs()
    {
        return checkpointIntervalNs;
    }

    /**
     * @param value shortest election time-out in nanoseconds; the longest is twice this.
     * @return this.
     */
    public PipelineContext electionTimeoutNs(final long value)
    {
        electionTimeoutNs = value;
        return this;
    }

    /**
     * @return shortest election time-out in nanoseconds; the longest is twice this.
     */
    public long electionTimeoutNs()
    {
        return electionTimeoutNs;
    }

    /**
     * @param value time between a leader's heartbeats in nanoseconds; at most half of the election time-out. 0 = a tenth of that.
     * @return this.
     */
    public PipelineContext heartbeatIntervalNs(final long value)
    {
        heartbeatIntervalNs = value;
        return this;
    }

    /**
     * @return time between a leader's heartbeats in nanoseconds.
     */
    public long heartbeatIntervalNs()
    {
        return heartbeatIntervalNs == 0 ? Math.max(1, electionTimeoutNs / 10) : heartbeatIntervalNs;
    }

    /**
     * @param value what the members' messages carry; messages of another cluster must not be handed to this one.
     * @return this.
     */
    public PipelineContext clusterId(final long value)
    {
        clusterId = value;
        return this;
    }

    /**
     * @return the cluster's id.
     */
    public long clusterId()
    {
        return clusterId;
    }

    /**
     * @param value the members, unless the log says otherwise; null = this member alone.
     * @return this.
     */
    public PipelineContext configuration(final Configuration value)
    {
        configuration = value;
        return this;
    }

    /**
     * @return the members, unless the log says otherwise.
     */
    public Configuration configuration()
    {
        return configuration == null ? Configuration.ofVoters(memberId) : configuration;
    }

    /**
     * @param value rules for changes of members.
     * @return this.
     */
    public PipelineContext membership(final MembershipSettings value)
    {
        membership = value;
        return this;
    }

    MembershipSettings membership()
    {
        return membership;
    }

    /**
     * @param value ways to the other members.
     * @return this.
     */
    public PipelineContext peerLinks(final PeerLinks value)
    {
        peerLinks = value;
        return this;
    }

    /**
     * @return ways to the other members.
     */
    public PeerLinks peerLinks()
    {
        return peerLinks;
    }

    /**
     * @param value last bytes of the journal that a checkpoint leaves, for members that lag behind.
     * @return this.
     */
    public PipelineContext catchUpBytes(final long value)
    {
        catchUpBytes = value;
        return this;
    }

    /**
     * @return last bytes of the journal that a checkpoint leaves.
     */
    public long catchUpBytes()
    {
        return catchUpBytes;
    }

    /**
     * @param value of which no other start of this member has the lower half: seed of the election time-outs, and why no question for the
     *              read index has the number of an earlier run's.
     * @return this.
     */
    public PipelineContext runId(final long value)
    {
        runId = value;
        return this;
    }

    /**
     * @return id of this run of the member.
     */
    public long runId()
    {
        return runId;
    }

    /**
     * @param value how images of the state go to members that lack too much; null = they cannot follow.
     * @return this.
     */
    public PipelineContext transfer(final TransferSettings value)
    {
        transfer = value;
        return this;
    }

    /**
     * @return how images of the state go to others; null = they do not.
     */
    public TransferSettings transfer()
    {
        return transfer;
    }

    /**
     * Judges the settings; touches nothing.
     *
     * @return every fault, as setting, value and what is allowed; empty if there is none.
     */
    public List<String> faults()
    {
        final List<String> faults = new ArrayList<>();
        requireSet(faults, "journal", journal);
        requireSet(faults, "durability", durability);
        requireSet(faults, "stateMachine", stateMachine);
        requireSet(faults, "ingress", ingress);
        requireSet(faults, "fatalHandler", fatalHandler);
        requireSet(faults, "mode", mode);
        requireSet(faults, "idleMode", idleMode);
        requireSet(faults, "counters", counters);
        requireIn(faults, "memberId", memberId, 1, Long.MAX_VALUE);
        requirePowerOfTwo(faults, "ringCapacity", ringCapacity, 16, 1 << 20);
        requireIn(faults, "inlineLength", inlineLength, 128, 64 << 10);
        requireMultiple(faults, "inlineLength", inlineLength, 64);
        requireIn(faults, "requestLengthMax", requestLengthMax, 1 << 10, 4 << 20);
        requireIn(faults, "arenaLength", arenaLength, 2L * EntryFrame.frameLength(requestLengthMax), 1 << 30);
        requireIn(faults, "ringCapacity * inlineLength + arenaLength",
            (long)ringCapacity * inlineLength + arenaLength, 1, Integer.MAX_VALUE - 64);
        requireIn(faults, "backlogBytesMax", backlogBytesMax, EntryFrame.frameLength(requestLengthMax), 1L << 40);
        requirePowerOfTwo(faults, "readQueueLength", readQueueLength, 64 << 10, 64 << 20);
        requireIn(faults, "checkpointJournalBytes", checkpointJournalBytes, 1, Long.MAX_VALUE);
        requireIn(faults, "checkpointIntervalNs", checkpointIntervalNs, 1, Long.MAX_VALUE);
        requireIn(faults, "electionTimeoutNs", electionTimeoutNs, 2, TimeUnit.MINUTES.toNanos(1));
        requireIn(faults, "heartbeatIntervalNs", heartbeatIntervalNs(), 1, Math.max(1, electionTimeoutNs / 2));
        requireSet(faults, "peerLinks", peerLinks);
        requireIn(faults, "catchUpBytes", catchUpBytes, 0, Long.MAX_VALUE);
        return faults;
    }
}
