package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.CompactTickEncoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import io.tourbillon.consensus.Ingress;
import io.tourbillon.consensus.PeerLinks;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Takes requests in, puts them in order, and moves the committed sequence. The only writer of Raft state, the ring's cursor and the
 * committed sequence. Never touches the store, never blocks.
 */
final class SequencerAgent implements Agent
{
    private static final int HEARTBEATS_PER_ELECTION = 10;

    private final NanoClock clock;
    private final Ingress ingress;
    private final RaftDriver raft;
    private final PeerLinks links;
    private final PeerReceiver peers;
    private final AdmissionGate admission;
    private final MembershipDoor membership;
    private final LogWriter log;
    private final LogRing ring;
    private final ProposalQueue proposals;
    private final PipelineCounters counters;
    private final BackoffIdle journalIdle;
    private final BackoffIdle applyIdle;
    private final UnsafeBuffer tick = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
    private final CompactTickEncoder tickEncoder = new CompactTickEncoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();

    private long seenCursor = -1;
    private long seenCommitted = -1;
    private long seenReads;
    private final long heartbeatNs;
    private final TickPace tickPace = new TickPace();
    private long lastNowNs;
    private boolean isIngressStarted;

    SequencerAgent(
        final PipelineContext ctx,
        final NanoClock clock,
        final RaftDriver raft,
        final PeerReceiver peers,
        final AdmissionGate admission,
        final MembershipDoor membership,
        final LogWriter log,
        final LogRing ring,
        final ProposalQueue proposals,
        final BackoffIdle journalIdle,
        final BackoffIdle applyIdle)
    {
        this.clock = clock;
        this.raft = raft;
        this.peers = peers;
        links = ctx.peerLinks();
        this.admission = admission;
        this.membership = membership;
        this.log = log;
        this.ring = ring;
        this.proposals = proposals;
        heartbeatNs = ctx.electionTimeoutNs() / HEARTBEATS_PER_ELECTION;
        this.journalIdle = journalIdle;
        this.applyIdle = applyIdle;
        ingress = ctx.ingress();
        counters = ctx.counters();
    }

    @Override
    public void onStart()
    {
        lastNowNs = clock.nanoTime();
        tickPace.begin(lastNowNs, log.lastIndex());
        raft.onStart(lastNowNs);
        ingress.onStart(admission);
        isIngressStarted = true;
    }

    /** The disk's answers first: they free what the requests after them need. What came in goes to the other members last. */
    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        noteStall(nowNs);
        admission.now(nowNs);
        int workCount = raft.poll(nowNs);
        workCount += pollPeers(nowNs);
        workCount += ingress.poll(nowNs);
        workCount += proposals.proposeTo(admission);
        workCount += maybeTick(nowNs);
        workCount += membership.poll(nowNs);
        workCount += raft.replicate(nowNs);
        wakeOthers();
        return workCount;
    }

    /** The disk's answers once more, amid a round: see {@link JournalTurn}. */
    int onJournaled()
    {
        return raft.poll(lastNowNs);
    }

    @Override
    public void onClose()
    {
        if (isIngressStarted)
        {
            ingress.onClose();
        }
        raft.onClose();
    }

    @Override
    public String roleName()
    {
        return "sequencer";
    }

    private int pollPeers(final long nowNs)
    {
        peers.now(nowNs);
        return links.poll(peers) + peers.ask();
    }

    private void noteStall(final long nowNs)
    {
        if (nowNs - lastNowNs > heartbeatNs)
        {
            counters.stalledNs.addRelease(nowNs - lastNowNs);
        }
        lastNowNs = nowNs;
    }

    private void wakeOthers()
    {
        if (ring.cursor() != seenCursor)
        {
            seenCursor = ring.cursor();
            journalIdle.wake();
        }
        if (counters.committedIndex.getPlain() != seenCommitted || counters.readsAdmitted.getPlain() != seenReads)
        {
            seenCommitted = counters.committedIndex.getPlain();
            seenReads = counters.readsAdmitted.getPlain();
            applyIdle.wake();
        }
    }

    /** Lets work that only entries may do go on while clients write little. */
    private int maybeTick(final long nowNs)
    {
        final int budget = (int)counters.tickBudget.getAcquire();
        if (budget <= 0 || !raft.isLeading() || !tickPace.isDue(nowNs, log.lastIndex(), counters.appliedIndex.getAcquire()))
        {
            return 0;
        }
        tickEncoder.wrapAndApplyHeader(tick, 0, headerEncoder).budget(budget);
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + tickEncoder.encodedLength();
        final boolean isProposed = admission.propose(0, 0, 0, 0, 0, tick, 0, length) > 0;
        tickPace.begin(nowNs, log.lastIndex());
        return isProposed ? 1 : 0;
    }
}
