package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.client.AuthRequestDecoder;
import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.OpenClientDecoder;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import io.tourbillon.codecs.record.AlarmNotedDecoder;
import io.tourbillon.codecs.record.ClusterVersionSetDecoder;
import io.tourbillon.codecs.record.CompactTickDecoder;
import io.tourbillon.codecs.record.ConfigurationDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.codecs.record.LeaseTickDecoder;
import io.tourbillon.codecs.record.LeaseTtlMinSetDecoder;
import io.tourbillon.codecs.record.MemberPublishedDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import io.tourbillon.codecs.record.NoOpDecoder;
import io.tourbillon.codecs.record.QuotaSetDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Applies entries in order. An entry either ends in one call or leaves word in the header how far it got; what it changed is seen by nobody
 * until it ends, when revision and applied index move together. Every check comes before the first write: an error is a result.
 */
final class Applier
{
    private static final long NOTHING_OPEN = 0;

    private final MvccHeader header;
    private final ReplyHead head;
    private final Replies replies;
    private final Writer writer;
    private final Compactor compactor;
    private final Quota quota;
    private final EntryWork put;
    private final EntryWork delete;
    private final EntryWork txn;
    private final EntryWork lease;
    private final EntryWork leaseTick;
    private final EntryWork members;
    private final EntryWork memberRequest;
    private final EntryWork alarmRequest;
    private final EntryWork space;
    private final EntryWork version;
    private final EntryWork openClient;
    private final EntryWork auth;
    private final OnceWork once;
    private final Guard guard;
    private final EntryWork compact;
    private final EntryWork tick;
    private final EntryWork nothing = new NoWork(SOUND);
    private final EntryWork notSupported = NoWork.refusing(ErrorCode.NOT_SUPPORTED);
    private final EntryWork malformed = NoWork.refusing(ErrorCode.MALFORMED);
    private final EntryWork noSpace = NoWork.refusing(ErrorCode.NO_SPACE);
    private final EntryWork corrupt = NoWork.refusing(ErrorCode.CORRUPT);
    private final NoWork refused = NoWork.refusing(ErrorCode.PERMISSION_DENIED);

    private final Entry entry = new Entry();
    private EntryWork work;
    private long openIndex = NOTHING_OPEN;
    private boolean isDecided;

    /** What changes keys, leases, members, alarms or users. */
    record Works(EntryWork put, EntryWork delete, EntryWork txn, EntryWork lease, EntryWork leaseTick, EntryWork members,
        EntryWork memberRequest, EntryWork alarmRequest, EntryWork space, EntryWork version, EntryWork openClient, EntryWork auth,
        OnceWork once)
    {
    }

    Applier(
        final MvccHeader header,
        final ReplyHead head,
        final Replies replies,
        final Writer writer,
        final Compactor compactor,
        final Quota quota,
        final Guard guard,
        final Works works)
    {
        this.header = header;
        this.head = head;
        this.replies = replies;
        this.writer = writer;
        this.compactor = compactor;
        this.quota = quota;
        this.guard = guard;
        put = works.put;
        delete = works.delete;
        txn = works.txn;
        lease = works.lease;
        leaseTick = works.leaseTick;
        members = works.members;
        memberRequest = works.memberRequest;
        alarmRequest = works.alarmRequest;
        space = works.space;
        version = works.version;
        openClient = works.openClient;
        auth = works.auth;
        once = works.once;
        compact = new CompactWork(header, compactor, writer, replies);
        tick = new TickWork(compactor, writer);
    }

    /** Whether an entry sets a new compaction bound, which must not overtake the fan-out of events. */
    static boolean isCompaction(final EntryFrame frame)
    {
        return frame.payloadLength() >= MessageHeaderDecoder.ENCODED_LENGTH &&
            schemaId(frame.payload(), frame.payloadOffset()) == CompactRequestDecoder.SCHEMA_ID &&
            templateId(frame.payload(), frame.payloadOffset()) == CompactRequestDecoder.TEMPLATE_ID;
    }

    int onEntry(final EntryFrame frame, final boolean answer)
    {
        final long index = frame.index();
        if (index <= header.appliedIndex())
        {
            return Mvcc.DONE;
        }
        if (index != header.appliedIndex() + 1)
        {
            throw new IllegalStateException("entry " + index + " does not follow " + header.appliedIndex());
        }
        entry.wrap(frame, answer);
        writer.pagesAtEnd(entry.isNumbered() ? once.pages() : 0);
        if (!writer.reserve(compactor.pages()))
        {
            return openIndex == index ? Mvcc.MORE : Mvcc.PAUSED;
        }
        head.raftTerm(frame.term());
        final int error = openIndex == index && isDecided ? SOUND : decide(index);
        if (error == EntryWork.UNDECIDED)
        {
            return Mvcc.MORE;
        }
        if (error == SOUND && !work.step(entry))
        {
            return pause(index);
        }
        finish(index, frame.term(), error);
        return Mvcc.DONE;
    }

    /** Whether the entry may be applied, as far as the next bounded step of looking tells. */
    private int decide(final long index)
    {
        int error = openIndex == index ? SOUND : open(index);
        error = error == SOUND ? work.decide(entry) : error;
        isDecided = error == SOUND;
        if (isDecided && header.pendingIndex() == index)
        {
            work.resume(entry, header);
        }
        return error;
    }

    /** Another state has taken the place of what the store held: whatever was under way is not. */
    void onStateReplaced()
    {
        openIndex = NOTHING_OPEN;
        isDecided = false;
        once.onStateReplaced();
    }

    private int open(final long index)
    {
        entry.changes().start(header.revision() + 1, header.pendingIndex() == index ? header.pendingSub() : 0);
        work = workFor(entry.message(), header.pendingIndex() == index);
        openIndex = index;
        isDecided = false;
        return work.begin(entry);
    }

    /** What a checkpoint found half applied was not refused before, so it is not now. */
    private EntryWork workFor(final UnsafeBuffer message, final boolean isHalfApplied)
    {
        if (message.capacity() >= MessageHeaderDecoder.ENCODED_LENGTH && schemaId(message, 0) == MessageHeaderDecoder.SCHEMA_ID)
        {
            return entry.isOfMember() ? workForRecord(message) : malformed;
        }
        // By the schema that goes with the cluster's version: members whose builds know others must think the same of an entry.
        if (MessageValidator.check(message, 0, message.capacity(), ApplyVersion.clientSchema(header.clusterVersion())) != SOUND)
        {
            return malformed;
        }
        final EntryWork wanted = workForRequest(message);
        final boolean isGuarded = !isHalfApplied && !entry.isOfMember() && wanted != memberRequest; // that has acted: its leader has asked
        final int stranger = isGuarded ? guard.refusalUnlessUser(entry.credential()) : SOUND;
        if (stranger != SOUND)
        {
            return refused.with(stranger); // and nobody's outcomes are looked at
        }
        final int denial = isGuarded ? guard.check(entry) : SOUND;
        final EntryWork due = once.unlessDone(entry, wanted, guard.auth());
        if (denial != SOUND)
        {
            return due == wanted ? refused.with(denial) : once.unlessTold();
        }
        final int refusal = isHalfApplied || due != wanted ? SOUND : quota.check(message, entry.originMemberId());
        if (refusal != SOUND)
        {
            return refusal == ErrorCode.NO_SPACE.number() ? noSpace : corrupt;
        }
        return due;
    }

    private EntryWork workForRequest(final UnsafeBuffer message)
    {
        switch (templateId(message, 0))
        {
            case PutRequestDecoder.TEMPLATE_ID:
                return put;
            case DeleteRangeRequestDecoder.TEMPLATE_ID:
                return delete;
            case TxnRequestDecoder.TEMPLATE_ID:
                return txn;
            case CompactRequestDecoder.TEMPLATE_ID:
                return compact;
            case LeaseRequestDecoder.TEMPLATE_ID:
                return lease;
            case MemberRequestDecoder.TEMPLATE_ID:
                return memberRequest;
            case MaintenanceRequestDecoder.TEMPLATE_ID:
                return alarmRequest;
            case OpenClientDecoder.TEMPLATE_ID:
                return openClient;
            case AuthRequestDecoder.TEMPLATE_ID:
                return auth;
            default:
                return notSupported;
        }
    }

    /** A record that is not known was proposed by a newer build, for members that all know it: to pass it over would be another state. */
    private EntryWork workForRecord(final UnsafeBuffer message)
    {
        switch (templateId(message, 0))
        {
            case NoOpDecoder.TEMPLATE_ID:
                return nothing;
            case CompactTickDecoder.TEMPLATE_ID:
                return message.capacity() >= MessageHeaderDecoder.ENCODED_LENGTH + CompactTickDecoder.BLOCK_LENGTH ? tick : nothing;
            case LeaseTickDecoder.TEMPLATE_ID:
                return LeaseTickWork.isSound(message) ? leaseTick : nothing;
            case ConfigurationDecoder.TEMPLATE_ID, MemberPublishedDecoder.TEMPLATE_ID:
                return members;
            case QuotaSetDecoder.TEMPLATE_ID, AlarmNotedDecoder.TEMPLATE_ID:
                return SpaceWork.isSound(message, templateId(message, 0)) ? space : nothing;
            case ClusterVersionSetDecoder.TEMPLATE_ID, LeaseTtlMinSetDecoder.TEMPLATE_ID:
                return VersionWork.isSound(message, templateId(message, 0)) ? version : nothing;
            default:
                throw NewerClusterException.ofRecord(templateId(message, 0));
        }
    }

    private int pause(final long index)
    {
        header.pending(index, work.op(), entry.changes().count(), work.opStart());
        return writer.isShortOfRoom() && entry.changes().isEmpty() ? Mvcc.PAUSED : Mvcc.MORE;
    }

    private void finish(final long index, final long term, final int error)
    {
        openIndex = NOTHING_OPEN;
        if (!entry.changes().isEmpty())
        {
            assert error == SOUND : "an entry that failed has changed something";
            header.revision(entry.changes().main());
        }
        header.nothingPending();
        header.applied(index, term);
        compactor.step(Limits.COMPACTION_PER_ENTRY);
        quota.onApplied();
        once.onEnd(entry, work, error, header.revision());
        if (entry.isAnswered())
        {
            answer(error);
        }
    }

    private void answer(final int error)
    {
        if (error == SOUND)
        {
            work.answer(entry);
        }
        else
        {
            replies.error(entry.sessionId(), entry.correlationId(), error);
        }
    }

    private static int schemaId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset + MessageHeaderDecoder.schemaIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF;
    }

    private static int templateId(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset + MessageHeaderDecoder.templateIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF;
    }
}
