package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.WatchCancelDecoder;
import io.tourbillon.codecs.client.WatchCreateDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/** Serves what sessions ask about watches: create, cancel, progress. */
final class WatchRequests
{
    private static final long NEVER_CREATED = -1;
    private static final int ASKED_FOR = 0;

    private final MvccHeader header;
    private final MvccSettings settings;
    private final WatchTable table;
    private final FanOut fanOut;
    private final CatchUp catchUp;
    private final WatchGuard guard;
    private final WatchProgress progress;
    private final Replies replies;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final WatchCreateDecoder create = new WatchCreateDecoder();
    private final WatchCancelDecoder cancel = new WatchCancelDecoder();
    private final KeyRange range = new KeyRange();

    WatchRequests(
        final MvccHeader header, final MvccSettings settings, final WatchTable table, final FanOut fanOut, final CatchUp catchUp,
        final WatchGuard guard, final WatchProgress progress, final Replies replies)
    {
        this.header = header;
        this.settings = settings;
        this.table = table;
        this.fanOut = fanOut;
        this.catchUp = catchUp;
        this.guard = guard;
        this.progress = progress;
        this.replies = replies;
    }

    void onCreate(final long sessionId, final long credential, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        create.wrapAndApplyHeader(buffer, offset, messageHeader);
        readRange(buffer);
        final WatchSession session = table.session(sessionId);
        final int refusal = guard.check(credential, range); // of the very range that would be watched
        final int error = refusal == ASKED_FOR ? check(session) : refusal;
        if (error != ASKED_FOR)
        {
            replies.watchCanceled(sessionId, correlationId, NEVER_CREATED, error);
            return;
        }
        final WatchSession watching = table.sessionOrNew(sessionId);
        guard.onWatcher(watching, credential, catchUp);
        register(watching, correlationId, Math.min(create.startRevision(), Watcher.REVISION_MAX));
    }

    /** An empty key means the lowest one there is. */
    private void readRange(final DirectBuffer buffer)
    {
        range.read(buffer, create.limit());
        if (range.isKeyEmpty())
        {
            final byte[] end = new byte[range.endLength()];
            range.buffer().getBytes(range.endOffset(), end);
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[1 + end.length]);
            copy.putBytes(1, end);
            range.of(copy, 0, 1, 1, end.length);
        }
    }

    private int check(final WatchSession session)
    {
        if (Math.max(range.keyLength(), range.endLength()) > Limits.KEY_LENGTH_MAX)
        {
            return ErrorCode.KEY_TOO_LARGE.number();
        }
        if (range.isEmpty())
        {
            return ErrorCode.WATCH_RANGE_EMPTY.number();
        }
        if (create.startRevision() < 0)
        {
            return ErrorCode.COMPACTED.number();
        }
        if (create.watchId() < 0)
        {
            return ErrorCode.MALFORMED.number();
        }
        if (create.watchId() != 0 && session != null && table.find(session, create.watchId()) != NIL)
        {
            return ErrorCode.WATCH_ID_DUPLICATE.number();
        }
        final boolean isFull = table.watcherCount() >= settings.watchers() ||
            session != null && session.watcherCount >= settings.watchersPerSession();
        return isFull ? ErrorCode.TOO_MANY_WATCHERS.number() : ASKED_FOR;
    }

    private void register(final WatchSession session, final long correlationId, final long startRevision)
    {
        final long id = newId(session, create.watchId());
        replies.watchCreated(session.id, correlationId, id);
        if (startRevision > 0 && startRevision < header.compactRevision())
        {
            replies.watchCompacted(session.id, id);
            return;
        }
        final long minRevision = startRevision == 0 ? header.revision() + 1 : startRevision;
        final long historyStart = fanOut.historyStart(session, minRevision);
        final int watcher = table.add(session, id, range, minRevision, flags());
        if (historyStart > 0)
        {
            catchUp.addHistory(watcher, historyStart);
        }
        if (minRevision > fanOut.fannedOut() + 1)
        {
            table.addFuture(watcher);
        }
        if (create.flags().progressNotify())
        {
            progress.onWatcher(session);
        }
    }

    /** The id asked for, which is free; for 0 the next that is. */
    private long newId(final WatchSession session, final long wanted)
    {
        if (wanted != 0)
        {
            return wanted;
        }
        long id = session.takeNextId();
        while (table.find(session, id) != NIL)
        {
            id = session.takeNextId();
        }
        return id;
    }

    private int flags()
    {
        return (create.flags().prevKv() ? Watcher.PREV_KV : 0) |
            (create.flags().noPut() ? Watcher.NO_PUT : 0) |
            (create.flags().noDelete() ? Watcher.NO_DELETE : 0) |
            (create.flags().progressNotify() ? Watcher.PROGRESS_NOTIFY : 0);
    }

    void onCancel(final long sessionId, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        cancel.wrapAndApplyHeader(buffer, offset, messageHeader);
        final WatchSession session = table.session(sessionId);
        final int watcher = session == null ? NIL : table.find(session, cancel.watchId());
        if (watcher != NIL)
        {
            table.remove(watcher);
        }
        replies.watchCanceled(sessionId, correlationId, watcher == NIL ? NEVER_CREATED : cancel.watchId(), ASKED_FOR);
    }

    /** Answered when it is true: once all watchers of the session have heard all there is now, and none waits for a later revision. */
    void onProgress(final long sessionId, final long correlationId)
    {
        final WatchSession session = table.session(sessionId);
        if (session == null || session.watcherCount == session.deadCount)
        {
            replies.watchProgress(sessionId, correlationId, -1, header.revision());
        }
        else if (session.addProgressRequest(correlationId, header.revision()))
        {
            catchUp.serve(session);
        }
        else
        {
            replies.error(sessionId, correlationId, ErrorCode.TOO_MANY_IN_FLIGHT.number());
        }
    }
}
