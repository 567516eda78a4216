package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.AuthRequestDecoder;
import io.tourbillon.codecs.client.CompactRequestDecoder;
import io.tourbillon.codecs.client.DeleteRangeRequestDecoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PutRequestDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * What becomes of a write that its client has numbered: the first time it is done and its outcome remembered, afterwards its first answer
 * is said again and nothing is done. What that answer showed of key-values is read from history; if that is compacted, it is lost. A number
 * stands for one write: of another kind of request, or the put of another key, no outcome is remembered.
 */
final class OnceWork implements EntryWork
{
    private final MvccHeader header;
    private final Outcomes outcomes;
    private final Versions versions;
    private final LeaseTtlMin leaseTtlMin;
    private final Reads reads;
    private final Replies replies;
    private final EntryWork auth;
    private final Outcome outcome = new Outcome();
    private final Outcome first = new Outcome();
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final PutRequestDecoder put = new PutRequestDecoder();
    private final DeleteRangeRequestDecoder delete = new DeleteRangeRequestDecoder();
    private final LeaseRequestDecoder lease = new LeaseRequestDecoder();
    private final RangeQuery deleted = new RangeQuery();
    private final KeyRange key = new KeyRange();
    private int result;
    private boolean isFirst;
    private long previousMain;

    OnceWork(
        final MvccHeader header, final Outcomes outcomes, final Versions versions, final LeaseTtlMin leaseTtlMin, final Reads reads,
        final Replies replies, final EntryWork auth)
    {
        this.header = header;
        this.outcomes = outcomes;
        this.versions = versions;
        this.leaseTtlMin = leaseTtlMin;
        this.reads = reads;
        this.replies = replies;
        this.auth = auth;
    }

    /** Pages that {@link #onEnd} may need. */
    int pages()
    {
        return outcomes.pages();
    }

    /** What is to be done for an entry: the work that it asks for, or this, if that is done or nobody can say whether it is. */
    EntryWork unlessDone(final Entry entry, final EntryWork work, final Auth users)
    {
        isFirst = false;
        if (!entry.isNumbered() || !work.isRemembered())
        {
            return work;
        }
        final long userId = users.isEnabled() ? users.idOf(entry.credential()) : Outcomes.ANYBODY;
        final int found = outcomes.find(entry.clientId(), entry.sequence(), userId);
        if (found == Outcomes.NEW)
        {
            isFirst = true;
            return work;
        }
        result = found;
        if (found == Outcomes.FOUND)
        {
            first.copyFrom(outcomes.found());
            result = isSameWrite(entry) ? first.error() : ErrorCode.OUTCOME_FORGOTTEN.number();
        }
        return this;
    }

    /** As far as is known: of which kind it was, and of a put that history still shows the key. Nobody is told of what others may read. */
    private boolean isSameWrite(final Entry entry)
    {
        final int kind = kindOf(entry);
        if (first.kind() != Outcome.ANY_KIND && first.kind() != kind)
        {
            return false;
        }
        if (kind != PutRequestDecoder.TEMPLATE_ID || first.error() != SOUND)
        {
            return true;
        }
        put.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        key.read(entry.message(), put.limit()); // a put's key and value lie as a range's key and end do
        return first.hasChanged() && (!versions.load(first.revision(), 0) || isOfKey(versions.record()));
    }

    private int kindOf(final Entry entry)
    {
        return messageHeader.wrap(entry.message(), 0).templateId();
    }

    private boolean isOfKey(final RevisionRecord record)
    {
        return Bytes.areEqual(
            record.bytes(), record.keyOffset(), record.keyLength(), key.buffer(), key.keyOffset(), key.keyLength());
    }

    /** What is to be done for an entry that has an outcome and is denied by now: what was done is not to be shown, but neither denied. */
    EntryWork unlessTold()
    {
        result = result == SOUND ? ErrorCode.ANSWER_LOST.number() : result;
        return this;
    }

    /** The entry has ended: the header shows its revision. What was refused for want of room has an outcome, too. */
    void onEnd(final Entry entry, final EntryWork work, final int error, final long revision)
    {
        if (isFirst)
        {
            isFirst = false;
            final long beside = error == SOUND ? work.toldBeside(entry) : 0;
            outcomes.remember(entry, outcome.of(error, revision, !entry.changes().isEmpty(), beside, kindOf(entry)));
        }
    }

    /** Another state has taken the place of what the store held: what was under way is not. */
    void onStateReplaced()
    {
        isFirst = false;
    }

    @Override
    public int begin(final Entry entry)
    {
        return result;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        assert false : "it is never half done";
    }

    @Override
    public boolean step(final Entry entry)
    {
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        switch (kindOf(entry))
        {
            case PutRequestDecoder.TEMPLATE_ID -> answerPut(entry);
            case DeleteRangeRequestDecoder.TEMPLATE_ID -> answerDelete(entry);
            case LeaseRequestDecoder.TEMPLATE_ID -> answerLease(entry);
            case AuthRequestDecoder.TEMPLATE_ID -> auth.answer(entry);
            case CompactRequestDecoder.TEMPLATE_ID -> replies.compacted(entry.sessionId(), entry.correlationId(), first.revision());
            default -> reads.answerTxnAgain(entry, first);
        }
    }

    private void answerPut(final Entry entry)
    {
        put.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        if (put.flags().prevKv() && isCompacted())
        {
            lost(entry);
            return;
        }
        final boolean hasPrev = put.flags().prevKv() && first.hasChanged() && loadPrevious(first.revision());
        replies.encodePut(entry.sessionId(), entry.correlationId(), first.revision(), hasPrev ? previousMain : 0,
            hasPrev ? versions.record() : null);
        replies.sendPut(entry.sessionId());
    }

    private boolean loadPrevious(final long main)
    {
        if (!versions.load(main, 0))
        {
            return false;
        }
        previousMain = versions.record().prevMain();
        return previousMain != 0 && versions.load(previousMain, versions.record().prevSub());
    }

    private void answerDelete(final Entry entry)
    {
        delete.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        final boolean wantsPrev = delete.flags().prevKv();
        if (!wantsPrev || !first.hasChanged())
        {
            replies.deleted(entry.sessionId(), entry.correlationId(), first.extra(), wantsPrev, first.revision());
        }
        else if (isCompacted())
        {
            lost(entry);
        }
        else
        {
            deleted.range.read(entry.message(), delete.limit());
            reads.answerDelete(entry, deleted, first.revision());
        }
    }

    /** As it was granted, unless the shortest time is another now; the lease may be gone, or another of its id. */
    private void answerLease(final Entry entry)
    {
        lease.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        final boolean isGrant = lease.operation() == LeaseOperation.GRANT;
        final long ttlMs = isGrant ? Math.max(leaseTtlMin.ms(), lease.ttlMs()) : 0;
        replies.lease(entry.sessionId(), entry.correlationId(), first.extra(), ttlMs, ttlMs, first.revision());
    }

    /** Whether the state before the write can be read no more. */
    private boolean isCompacted()
    {
        return first.revision() - 1 < header.compactRevision();
    }

    private void lost(final Entry entry)
    {
        replies.error(entry.sessionId(), entry.correlationId(), ErrorCode.ANSWER_LOST.number());
    }
}
