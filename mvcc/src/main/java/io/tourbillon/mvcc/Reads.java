package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import org.agrona.DirectBuffer;

import java.util.function.Supplier;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * The long answers under way: a bounded number, and a bounded number of one session, each given a turn in every duty cycle until it is
 * told. Most end in their first step.
 */
final class Reads
{
    private static final int RANGES_PER_OTHER = 4;
    /** Each walks the whole store. */
    private static final int HASHES_MAX = 2;

    private final MvccHeader header;
    private final Replies replies;
    private final Guard guard;
    private final int keysPerSlice;
    private final int perSession;
    private final ReadSlots<RangeRead> ranges;
    private final ReadSlots<RangeRead> deletes;
    private final ReadSlots<TxnRead> txns;
    private final ReadSlots<HashRead> hashes;
    private final LongRead[] active;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final RangeRequestDecoder request = new RangeRequestDecoder();
    private final MaintenanceRequestDecoder maintenance = new MaintenanceRequestDecoder();
    private final RangeQuery query = new RangeQuery();
    private int activeCount;
    private int turn;

    Reads(
        final MvccHeader header,
        final Replies replies,
        final Guard guard,
        final MvccSettings settings,
        final Supplier<RangeRead> newRange,
        final Supplier<RangeRead> newDelete,
        final Supplier<TxnRead> newTxn,
        final Supplier<HashRead> newHash)
    {
        this.header = header;
        this.replies = replies;
        this.guard = guard;
        keysPerSlice = settings.keysPerSlice();
        perSession = settings.scansPerSession();
        final int others = Math.max(1, settings.scans() / RANGES_PER_OTHER);
        ranges = new ReadSlots<>(settings.scans(), newRange);
        deletes = new ReadSlots<>(others, newDelete);
        txns = new ReadSlots<>(others, newTxn);
        hashes = new ReadSlots<>(HASHES_MAX, newHash);
        active = new LongRead[settings.scans() + 2 * others + HASHES_MAX + 4];
    }

    int activeCount()
    {
        return activeCount;
    }

    void onRange(final long sessionId, final long credential, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        request.wrapAndApplyHeader(buffer, offset, messageHeader);
        query.read(request, buffer);
        int result = query.check();
        result = result == SOUND ? guard.checkRead(credential, query.range) : result;
        result = result == SOUND ? query.checkRevision(header.revision(), header.compactRevision()) : result;
        result = result == SOUND ? checkRoom(ranges, sessionId) : result;
        if (result != SOUND)
        {
            replies.error(sessionId, correlationId, result);
            return;
        }
        final RangeRead read = ranges.take();
        read.begin(ranges, sessionId, credential, correlationId, false);
        read.start(query, query.revision > 0 ? query.revision : header.revision(), header.revision());
        run(read);
    }

    void onTxn(
        final long sessionId,
        final long credential,
        final long correlationId,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        final int room = checkRoom(txns, sessionId);
        if (room != SOUND)
        {
            replies.error(sessionId, correlationId, room);
            return;
        }
        final TxnRead read = txns.take();
        read.begin(txns, sessionId, credential, correlationId, false);
        int result = read.start(buffer, offset, length, header.revision());
        result = result == SOUND ? guard.checkRead(credential, read.ops()) : result;
        if (result == SOUND)
        {
            run(read);
        }
        else
        {
            replies.error(sessionId, correlationId, result);
            read.end();
        }
    }

    /** Begins a hash of the key space, if that is what is asked for; false if it is something else. */
    boolean onHash(final long sessionId, final long credential, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        maintenance.wrapAndApplyHeader(buffer, offset, messageHeader);
        if (maintenance.operationRaw() != MaintenanceOperation.HASH_KV.value())
        {
            return false;
        }
        final long revision = maintenance.revision() > 0 ? maintenance.revision() : header.revision();
        final int result = revision > header.revision() ? ErrorCode.FUTURE_REVISION.number() :
            revision < header.compactRevision() ? ErrorCode.COMPACTED.number() : checkRoom(hashes, sessionId);
        if (result == SOUND)
        {
            final HashRead read = hashes.take();
            read.begin(hashes, sessionId, credential, correlationId, false);
            read.start(revision);
            run(read);
        }
        else
        {
            replies.error(sessionId, correlationId, result);
        }
        return true;
    }

    /** Answers a delete that made this revision, with what it has deleted. */
    void answerDelete(final Entry entry, final RangeQuery deleted, final long revision)
    {
        final RangeRead read = deletes.take();
        read.begin(deletes, entry.sessionId(), entry.credential(), entry.correlationId(), true);
        read.start(deleted, revision - 1, revision);
        run(read);
    }

    /** Answers a transaction that was applied last. */
    void answerTxn(final Entry entry, final TxnPath path)
    {
        final TxnRead read = txns.take();
        read.begin(txns, entry.sessionId(), entry.credential(), entry.correlationId(), true);
        read.startAnswer(entry.message(), path, entry.changes(), header.revision());
        run(read);
    }

    /** Answers a transaction that was applied before, as it was answered then. */
    void answerTxnAgain(final Entry entry, final Outcome first)
    {
        final TxnRead read = txns.take();
        read.begin(txns, entry.sessionId(), entry.credential(), entry.correlationId(), true);
        final int result = read.startAgain(entry.message(), first);
        if (result == SOUND)
        {
            run(read);
        }
        else
        {
            replies.error(entry.sessionId(), entry.correlationId(), result);
            read.end();
        }
    }

    private int checkRoom(final ReadSlots<?> slots, final long sessionId)
    {
        final boolean hasRoom = !slots.isFull() && (activeCount < perSession || countOf(sessionId) < perSession);
        return hasRoom ? SOUND : ErrorCode.TOO_MANY_SCANS.number();
    }

    private int countOf(final long sessionId)
    {
        int count = 0;
        for (int i = 0; i < activeCount; i++)
        {
            count += active[i].sessionId() == sessionId ? 1 : 0;
        }
        return count;
    }

    /** The first step; what it leaves unsaid takes its turns with the others. */
    private void run(final LongRead read)
    {
        if (read.step(keysPerSlice))
        {
            read.end();
        }
        else if (read.isForWrite() && (read.slots().isOverfull() || countOf(read.sessionId()) >= perSession))
        {
            replies.error(read.sessionId(), read.correlationId(), ErrorCode.ANSWER_LOST.number());
            read.end();
        }
        else
        {
            active[activeCount++] = read;
        }
    }

    /** Gives one read a turn. Count of work done. */
    int doWork()
    {
        if (activeCount == 0)
        {
            return 0;
        }
        turn = turn + 1 >= activeCount ? 0 : turn + 1;
        final LongRead read = active[turn];
        if (read.lowestRevision() < header.compactRevision())
        {
            final ErrorCode error = read.isForWrite() ? ErrorCode.ANSWER_LOST : ErrorCode.COMPACTED;
            replies.error(read.sessionId(), read.correlationId(), error.number());
            end(turn);
        }
        else if (read.step(keysPerSlice))
        {
            end(turn);
        }
        return 1;
    }

    /** Users or roles have changed: what somebody may not be told any more ends. */
    void onAuthChanged()
    {
        for (int i = activeCount - 1; i >= 0; i--)
        {
            final LongRead read = active[i];
            final int refusal = read.check(guard);
            if (refusal != SOUND)
            {
                replies.error(read.sessionId(), read.correlationId(), read.isForWrite() ? ErrorCode.ANSWER_LOST.number() : refusal);
                end(i);
            }
        }
    }

    private void end(final int index)
    {
        final LongRead read = active[index];
        active[index] = active[--activeCount];
        active[activeCount] = null;
        read.end();
    }

    void onSessionClosed(final long sessionId)
    {
        for (int i = activeCount - 1; i >= 0; i--)
        {
            if (active[i].sessionId() == sessionId)
            {
                end(i);
            }
        }
    }
}
