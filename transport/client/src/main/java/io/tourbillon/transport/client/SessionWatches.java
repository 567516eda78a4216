package io.tourbillon.transport.client;

import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CreditEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder.EventsDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The watches of a session: creates them, again each time the session is opened anew, delivers their events, and keeps the event credit
 * flowing. On the thread that polls.
 */
final class SessionWatches
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final byte[] NO_BYTES = new byte[0];

    private final ClientSession session;
    private final ClientConnection connection;
    private final long creditBytes;
    private final WatchTable watches = new WatchTable();
    private final ArrayDeque<Watch> cancels = new ArrayDeque<>(); // refused for now
    private final WatchEvent event = new WatchEvent();
    private final UnsafeBuffer reason = new UnsafeBuffer(0, 0);
    private long creditOwed;
    private boolean isCreditHeld;
    private long messageNumber;

    SessionWatches(final ClientSession session, final ClientConnection connection)
    {
        this.session = session;
        this.connection = connection;
        this.creditBytes = connection.context().eventCreditBytes();
    }

    /** Bytes of events that there is room for when all have been read. */
    long creditBytes()
    {
        return creditBytes;
    }

    void holdCredit(final boolean isHeld)
    {
        isCreditHeld = isHeld;
        connection.attend();
    }

    /** @return true if {@link #send} has something to do. */
    boolean needsPoll()
    {
        return watches.hasPending() || !cancels.isEmpty() || isCreditDue();
    }

    /** The session is open. */
    int send()
    {
        return sendCreates() + sendCancels() + sendCredit();
    }

    /** The session is opened anew: the node counts the credit from its beginning. */
    void onOpened()
    {
        creditOwed = 0;
    }

    /** The session is lost: those that were being canceled have ended, the others wait to be created again. */
    void onLost()
    {
        cancels.clear();
        reason.wrap(NO_BYTES);
        for (final Long watchId : watches.onLost())
        {
            session.listener.onWatchCanceled(session, watchId, 0, 0, reason);
        }
    }

    long add(final byte[] key, final byte[] rangeEnd, final long startRevision, final int flags)
    {
        return begin(watches.add(key, rangeEnd, startRevision, flags));
    }

    long add(final WatchRanges ranges)
    {
        return begin(watches.add(ranges));
    }

    private long begin(final Watch watch)
    {
        if (session.life.isSending())
        {
            sendCreates(); // at once if there is room: what is put after this call is to be seen
        }
        connection.attend();
        return watch.id;
    }

    long cancel(final long watchId)
    {
        final Watch watch = watches.get(watchId);
        if (null == watch || watch.state == Watch.State.CANCELING)
        {
            return 0;
        }
        if (watch.state == Watch.State.PENDING)
        {
            watches.remove(watch);
            endWatch(watchId, 0, 0);
            return 0;
        }
        final long refusal = session.sendWatchCancel(watch);
        if (refusal == 0)
        {
            watches.onCreateEnded(watch);
            watch.state = Watch.State.CANCELING;
        }
        return refusal;
    }

    boolean isCreated(final long watchId)
    {
        final Watch watch = watches.get(watchId);
        return null != watch && watch.state == Watch.State.CREATED;
    }

    void onCreated(final long watchId, final long revision)
    {
        final Watch watch = watches.get(watchId);
        if (null == watch || watch.state != Watch.State.CREATING)
        {
            connection.counters().stray++;
            return;
        }
        watches.onCreateEnded(watch);
        watch.onCreated(revision);
        connection.attend();
        session.listener.onWatchCreated(session, watchId, revision);
    }

    void onCanceled(final long correlationId, final WatchCanceledDecoder message)
    {
        final long watchId = message.watchId() < 0 ? -correlationId : message.watchId();
        final Watch watch = watches.get(watchId);
        if (null == watch)
        {
            connection.counters().stray++;
            return;
        }
        final int code = message.code();
        if (code == ErrorCode.INVALID_AUTH_TOKEN.number() && session.life.onCredentialDied())
        {
            if (watch.state == Watch.State.CREATED)
            {
                watches.retry(watch); // it goes on once the session has logged in again; progress that is told until then is not of it
            }
            return;
        }
        watches.remove(watch);
        final long compactRevision = message.compactRevision();
        message.wrapReason(reason);
        session.listener.onWatchCanceled(session, watchId, code, compactRevision, reason);
        connection.attend();
    }

    /** An ErrorReply to a create or a cancel. */
    void onRefused(final long watchId, final int errorCode, final long compactRevision, final long nowNs)
    {
        final Watch watch = watches.get(watchId);
        if (null == watch)
        {
            connection.counters().stray++;
            return;
        }
        final ErrorCode code = ErrorCode.of(errorCode);
        if (watch.state == Watch.State.CREATING && null != code && (code.action() == Action.BACK_OFF || code == ErrorCode.STOPPED))
        {
            watches.retry(watch); // of a node that ends: at the next one
            session.life.pause(nowNs);
            return;
        }
        final boolean isAsked = watch.state == Watch.State.CANCELING;
        if (code == ErrorCode.INVALID_AUTH_TOKEN && !isAsked && session.life.onCredentialDied())
        {
            return; // it is created once the session has logged in again
        }
        if (isAsked && null != code && code.action() == Action.BACK_OFF)
        {
            cancels.add(watch); // else the node would go on with it, unheard
            session.life.pause(nowNs);
            return;
        }
        watches.remove(watch);
        endWatch(watchId, isAsked ? 0 : errorCode, compactRevision);
    }

    void onProgress(final long watchId, final long revision)
    {
        watches.onProgress(watchId, revision);
        session.listener.onWatchProgress(session, watchId, revision);
    }

    void onEvents(final WatchEventsDecoder message, final int length)
    {
        messageNumber++;
        final boolean isFragment = message.flags().fragment();
        final long revision = message.reply().revision();
        final EventsDecoder events = message.events();
        while (events.hasNext())
        {
            deliver(message, events.next(), isFragment);
        }
        session.listener.onWatchEventsEnd(session, revision, isFragment);
        if (creditBytes != Long.MAX_VALUE)
        {
            creditOwed += length;
            if (isCreditDue())
            {
                connection.attend();
            }
        }
    }

    private void deliver(final WatchEventsDecoder message, final EventsDecoder next, final boolean isFragment)
    {
        final EventsDecoder.WatchersDecoder watchers = next.watchers();
        final int watcherCount = watchers.count();
        final int stride = watchers.actingBlockLength();
        final int idsOffset = message.limit();
        // Key and values lie behind the ids: pass over these, view those, then come back for the ids.
        message.limit(idsOffset + watcherCount * stride);
        event.wrap(next);
        final long revision = event.modRevision();
        final DirectBuffer buffer = message.buffer();
        for (int i = 0; i < watcherCount; i++)
        {
            final long watchId = buffer.getLong(idsOffset + i * stride, LITTLE_ENDIAN);
            final Watch watch = watches.get(watchId);
            if (null != watch && watch.onEvent(revision, messageNumber, isFragment))
            {
                session.listener.onWatchEvent(session, watchId, event);
            }
            else
            {
                connection.counters().duplicateEvents++;
            }
        }
    }

    private int sendCreates()
    {
        int sentCount = 0;
        for (Watch watch = watches.nextPending(); null != watch && sendCreate(watch); watch = watches.nextPending())
        {
            sentCount++;
        }
        return sentCount;
    }

    private int sendCancels()
    {
        int sentCount = 0;
        for (Watch watch = cancels.peek(); null != watch; watch = cancels.peek())
        {
            if (watches.get(watch.id) == watch && session.sendWatchCancel(watch) != 0)
            {
                return sentCount;
            }
            cancels.poll();
            sentCount++;
        }
        return sentCount;
    }

    private boolean sendCreate(final Watch watch)
    {
        final Outbound out = connection.outbound();
        final long claimed = out.claim(watch.createLength());
        if (claimed == ClientResult.TOO_LARGE)
        {
            watches.remove(watch);
            endWatch(watch.id, ErrorCode.REQUEST_TOO_LARGE.number(), 0);
            return true;
        }
        if (claimed != Outbound.OK)
        {
            return false;
        }
        watch.encodeCreate(connection.encoders(), out, session.sessionId());
        out.commit();
        watches.onCreateSent(watch);
        return true;
    }

    private boolean isCreditDue()
    {
        return !isCreditHeld && creditOwed > 0 && creditOwed >= creditBytes >> 1;
    }

    private int sendCredit()
    {
        final Outbound out = connection.outbound();
        if (!isCreditDue() || out.claim(HEADER_LENGTH + CreditEncoder.BLOCK_LENGTH) != Outbound.OK)
        {
            return 0;
        }
        final Encoders encoders = connection.encoders();
        final CreditEncoder credit = encoders.credit.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(credit.request(), session.sessionId(), 0);
        credit.eventBytes(creditOwed);
        out.commit();
        creditOwed = 0;
        return 1;
    }

    private void endWatch(final long watchId, final int errorCode, final long compactRevision)
    {
        final ErrorCode code = ErrorCode.of(errorCode);
        reason.wrap(null == code ? NO_BYTES : code.messageBytes());
        session.listener.onWatchCanceled(session, watchId, errorCode, compactRevision, reason);
    }
}
