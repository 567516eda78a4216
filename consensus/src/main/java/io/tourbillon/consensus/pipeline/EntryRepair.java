package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.AskEntriesDecoder;
import io.tourbillon.codecs.peer.GiveEntryDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.raft.Role;
import io.tourbillon.journal.Journal;
import org.agrona.DirectBuffer;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Gets back from other members what this one's disk has lost of the log, one member after the other, and gives them what theirs have.
 * <p>
 * Given is what is committed, by whoever knows that it is; and by the leader of a term whatever it has. It is taken only where the own log
 * is known to be committed, or to be the leader's: what was lost may have stood among entries that nobody else has, and a committed entry
 * in its place would pass these off as committed, too. Nothing is truncated for it, but what the leader gives may show that what stands
 * here, behind what is lost, contradicts its log: that goes, as ever. Sequencer's thread only.
 */
final class EntryRepair
{
    /** Entries asked for at once: the next are asked for when these have come. */
    private static final int ENTRIES_PER_ASK = 32;
    /** An answer takes a round trip and a read of the disk; then another member is asked. */
    private static final long ASK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long NONE = -1;

    private final RaftCore core;
    private final RepairableLog log;
    private final PeerSender sender;
    /** Told of an entry with a request of this member's own. */
    private final Consumer<EntryFrame> ownRepaired;
    /** What the log must take before anything else waits for its place. */
    private final BooleanSupplier hasPending;
    private final PipelineCounters counters;
    private final long memberId;
    private final long startIndex;
    private final EntryFrame frame = new EntryFrame();
    private long askedAtNs;
    private long askedLast;
    private boolean isAnswerDue;
    private int nextMember;
    /** Asks for the same entries that came to nothing. */
    private int vainCount;
    /** Nobody has given the entries up to here: those behind them are asked for, too, before it is their turn again. */
    private long passedOverIndex;
    /** Entries up to here that are still said to be damaged are on their way to the journal. */
    private long postedIndex;
    /** Sequence of a repaired entry that changes the members. */
    private long configurationSequence = NONE;

    EntryRepair(
        final PipelineContext ctx,
        final RaftCore core,
        final RepairableLog log,
        final PeerSender sender,
        final Consumer<EntryFrame> ownRepaired,
        final BooleanSupplier hasPending)
    {
        this.ownRepaired = ownRepaired;
        this.core = core;
        this.log = log;
        this.sender = sender;
        this.hasPending = hasPending;
        counters = ctx.counters();
        memberId = ctx.memberId();
        startIndex = ctx.stateMachine().appliedIndex();
    }

    /** Asks for what is missing. Once a duty cycle: costs a look at an empty set. */
    int poll(final long nowNs)
    {
        if (configurationSequence != NONE && log.isForced(configurationSequence))
        {
            throw new IllegalStateException(
                "an entry that changes the members was lost and is repaired: this member must start again to act on it");
        }
        if (log.firstDamaged(0) == Journal.NO_DAMAGE)
        {
            postedIndex = 0;
            return 0;
        }
        if (isAnswerDue && nowNs - askedAtNs < ASK_AGAIN_NS)
        {
            return 0;
        }
        if (isAnswerDue)
        {
            nextMember++;
            postedIndex = 0; // what was on its way has arrived by now, or never will
            isAnswerDue = false;
            maybePassOver();
        }
        final long first = firstToAsk();
        if (first == Journal.NO_DAMAGE)
        {
            isAnswerDue = true; // of the journal: it has the last of them
            askedAtNs = nowNs;
            return 0;
        }
        ask(nowNs, first);
        return 1;
    }

    private void maybePassOver()
    {
        if (++vainCount >= core.configuration().members().size())
        {
            vainCount = 0;
            passedOverIndex = askedLast;
        }
    }

    private long firstToAsk()
    {
        final long first = log.firstDamaged(Math.max(postedIndex, passedOverIndex) + 1);
        if (first != Journal.NO_DAMAGE || passedOverIndex == 0)
        {
            return first;
        }
        passedOverIndex = 0;
        return log.firstDamaged(postedIndex + 1);
    }

    private void ask(final long nowNs, final long first)
    {
        askedAtNs = nowNs;
        isAnswerDue = true;
        askedLast = first;
        // One less: where the leader has not told what it has behind them, it must, for that shows whether they are its own.
        while (askedLast - first + 1 < ENTRIES_PER_ASK - 1 && log.firstDamaged(askedLast + 1) == askedLast + 1)
        {
            askedLast++;
        }
        final List<Member> members = core.configuration().members();
        final Member member = members.get(Math.floorMod(nextMember, members.size()));
        if (member.id() == memberId)
        {
            isAnswerDue = members.size() == 1; // the next one, in the next cycle
            nextMember++;
            return;
        }
        final boolean isNextAsked = askedLast < log.lastIndex() && !core.isLeaders(askedLast + 1);
        sender.askEntries(member.id(), core.term(), first, (int)(askedLast - first + 1) + (isNextAsked ? 1 : 0));
    }

    int onAsked(final AskEntriesDecoder message)
    {
        final long fromId = message.peer().fromId();
        final boolean isOfTerm = message.peer().term() == core.term();
        final int count = Math.min(message.count(), ENTRIES_PER_ASK);
        final long first = message.index();
        for (long index = first; index < first + count; index++)
        {
            final boolean isCommitted = index <= committedIndex();
            final boolean isLeaders = core.role() == Role.LEADER && isOfTerm && index <= log.lastIndex();
            if (!sender.giveEntry(fromId, core.term(), index, isCommitted, isCommitted || isLeaders))
            {
                break;
            }
        }
        return RaftCore.TAKEN;
    }

    int onGiven(final long nowNs, final GiveEntryDecoder message, final RaftEffects effects)
    {
        final long index = message.index();
        final int length = message.frameLength();
        final int offset = message.limit() + GiveEntryDecoder.frameHeaderLength();
        if (length == 0)
        {
            counters.repairsRefused.addRelease(log.firstDamaged(index) == index ? 1 : 0);
            return RaftCore.TAKEN; // the time-out is the pace at which the others are asked
        }
        if (length < EntryFrame.LENGTH_MIN || EntryFrame.lengthAt(message.buffer(), offset) != length)
        {
            return RaftCore.MALFORMED;
        }
        frame.wrap(message.buffer(), offset, length);
        if (!frame.isWhole() || frame.index() != index)
        {
            return RaftCore.MALFORMED;
        }
        core.onGiven(nowNs, message.peer(), index, frame.term(), effects);
        final boolean isMissing = log.firstDamaged(index) == index && index > postedIndex && index <= log.lastIndex();
        return isMissing && isWhatWasLost(message, index) ? repair(message.buffer(), offset, length) : RaftCore.OUT_OF_DATE;
    }

    private int repair(final DirectBuffer buffer, final int offset, final int length)
    {
        final long index = frame.index();
        if (!fits(index, frame.term()))
        {
            return RaftCore.MALFORMED;
        }
        final long sequence = hasPending.getAsBoolean() ? NONE : log.appendRepair(buffer, offset, length);
        if (sequence == NONE)
        {
            return RaftCore.NO_ROOM;
        }
        if (index > startIndex && ConfigurationRecord.of(frame) != null)
        {
            configurationSequence = sequence;
        }
        if (frame.originMemberId() == memberId)
        {
            ownRepaired.accept(frame);
        }
        postedIndex = index;
        isAnswerDue = index < askedLast;
        vainCount = 0;
        return RaftCore.TAKEN;
    }

    /**
     * Where the own log is committed, or the leader's, what is committed by then goes in; elsewhere it is another entry, and so it may be
     * if it is committed in a later term than this leader's. If what stands behind it here never followed it, that is of an older term than
     * its commit: no later leader has it, so it will be truncated, and till then shows nobody that the logs agree.
     * <p>
     * What the leader alone has must be proven: by {@link RaftCore#isLeaders(long, long)}.
     */
    private boolean isWhatWasLost(final GiveEntryDecoder message, final long index)
    {
        final long term = message.peer().term();
        if (message.committed() != 0 && (index <= committedIndex() || (core.isLeaders(index) && term <= core.term())))
        {
            return true;
        }
        return message.peer().fromId() == core.leaderId() && term == core.term() && core.isLeaders(index, frame.term());
    }

    /** Terms never fall. One that does not fit stands among entries that are not the leader's, and will be truncated with them. */
    private boolean fits(final long index, final long term)
    {
        final long own = log.termOf(index);
        final long next = index < log.lastIndex() ? log.termOf(index + 1) : core.term();
        return (own == RaftLog.UNKNOWN_TERM || own == term) && log.termOf(index - 1) <= term &&
            (next == RaftLog.UNKNOWN_TERM || term <= next);
    }

    /** Known to be committed, be it from an earlier run. */
    private long committedIndex()
    {
        return Math.min(log.lastIndex(), Math.max(core.commitIndex(), log.provenCommit()));
    }
}
