package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.WatchCancelDecoder;
import org.agrona.DirectBuffer;

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
    private final WatchBookmarks bookmarks;
    private final Replies replies;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final WatchCancelDecoder cancel = new WatchCancelDecoder();
    private final WatchSpec spec = new WatchSpec();

    WatchRequests(
        final MvccHeader header, final MvccSettings settings, final WatchTable table, final FanOut fanOut, final CatchUp catchUp,
        final WatchGuard guard, final WatchProgress progress, final WatchBookmarks bookmarks, final Replies replies)
    {
        this.header = header;
        this.settings = settings;
        this.table = table;
        this.fanOut = fanOut;
        this.catchUp = catchUp;
        this.guard = guard;
        this.progress = progress;
        this.bookmarks = bookmarks;
        this.replies = replies;
    }

    /** Of either kind of request to watch, which its template tells. */
    void onCreate(
        final long sessionId, final long credential, final long correlationId, final int templateId, final DirectBuffer buffer,
        final int offset)
    {
        final WatchSession session = table.session(sessionId);
        int error = spec.read(templateId, buffer, offset);
        error = error == ASKED_FOR ? guard.check(credential, spec) : error;
        error = error == ASKED_FOR ? check(session) : error;
        if (error != ASKED_FOR)
        {
            replies.watchCanceled(sessionId, correlationId, NEVER_CREATED, error);
            return;
        }
        final WatchSession watching = table.sessionOrNew(sessionId);
        guard.onWatcher(watching, credential, catchUp);
        register(watching, correlationId, Math.min(spec.startRevision(), Watcher.REVISION_MAX));
    }

    private int check(final WatchSession session)
    {
        final int misshape = spec.checkRange();
        if (misshape != ASKED_FOR)
        {
            return misshape;
        }
        if (spec.startRevision() < 0)
        {
            return ErrorCode.COMPACTED.number();
        }
        if (spec.watchId() < 0)
        {
            return ErrorCode.MALFORMED.number();
        }
        if (spec.watchId() != 0 && session != null && table.find(session, spec.watchId()) != NIL)
        {
            return ErrorCode.WATCH_ID_DUPLICATE.number();
        }
        final boolean isFull = table.watcherCount() >= settings.watchers() ||
            session != null && session.watcherCount >= settings.watchersPerSession() ||
            spec.filter() != null && table.watchers.filterBytes() + spec.filter().heldBytes() > settings.watchFilterBytes();
        return isFull ? ErrorCode.TOO_MANY_WATCHERS.number() : ASKED_FOR;
    }

    private void register(final WatchSession session, final long correlationId, final long startRevision)
    {
        final long id = newId(session, spec.watchId());
        replies.watchCreated(session.id, correlationId, id);
        if (startRevision > 0 && startRevision < header.compactRevision())
        {
            replies.watchCompacted(session.id, id);
            return;
        }
        final long minRevision = startRevision == 0 ? header.revision() + 1 : startRevision;
        final long historyStart = fanOut.historyStart(session, minRevision);
        final int watcher = table.add(session, id, spec.hull(), minRevision, spec.flags());
        if (spec.filter() != null)
        {
            table.filter(watcher, spec.filter());
        }
        if (historyStart > 0)
        {
            catchUp.addHistory(watcher, historyStart);
        }
        if (minRevision > fanOut.fannedOut() + 1)
        {
            table.addFuture(watcher);
        }
        if ((spec.flags() & Watcher.PROGRESS_NOTIFY) != 0)
        {
            progress.onWatcher(session);
        }
        if (spec.filter() != null && spec.filter().bookmarkIntervalNs > 0)
        {
            bookmarks.onWatcher(session);
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
