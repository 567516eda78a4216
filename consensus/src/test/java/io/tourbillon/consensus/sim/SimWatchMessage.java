package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchProgressDecoder;
import io.tourbillon.consensus.history.Change;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A word of a member to a session that watches, read from the wire. Events are by watcher. */
record SimWatchMessage(
    Kind kind, long watchId, long revision, long compactRevision, boolean isFragment, Map<Long, List<Change>> events)
{
    enum Kind
    {
        CREATED,
        CANCELED,
        PROGRESS,
        EVENTS,
        OTHER
    }

    private static SimWatchMessage of(final Kind kind, final long watchId, final long revision, final long compactRevision)
    {
        return new SimWatchMessage(kind, watchId, revision, compactRevision, false, Map.of());
    }

    static SimWatchMessage decode(final DirectBuffer buffer, final int offset)
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, offset);
        switch (header.templateId())
        {
            case WatchCreatedDecoder.TEMPLATE_ID ->
            {
                final WatchCreatedDecoder created = new WatchCreatedDecoder().wrapAndApplyHeader(buffer, offset, header);
                return of(Kind.CREATED, created.watchId(), created.reply().revision(), 0);
            }
            case WatchCanceledDecoder.TEMPLATE_ID ->
            {
                final WatchCanceledDecoder canceled = new WatchCanceledDecoder().wrapAndApplyHeader(buffer, offset, header);
                final boolean isAskedFor = canceled.code() == 0;
                // -1: there was no such watcher any more.
                return canceled.watchId() < 0 ? of(Kind.OTHER, 0, 0, 0) :
                    of(Kind.CANCELED, canceled.watchId(), canceled.reply().revision(), isAskedFor ? 0 : canceled.compactRevision());
            }
            case WatchProgressDecoder.TEMPLATE_ID ->
            {
                final WatchProgressDecoder progress = new WatchProgressDecoder().wrapAndApplyHeader(buffer, offset, header);
                return of(Kind.PROGRESS, progress.watchId(), progress.reply().revision(), 0);
            }
            case WatchEventsDecoder.TEMPLATE_ID ->
            {
                return events(new WatchEventsDecoder().wrapAndApplyHeader(buffer, offset, header));
            }
            default ->
            {
                return of(Kind.OTHER, 0, 0, 0);
            }
        }
    }

    private static SimWatchMessage events(final WatchEventsDecoder message)
    {
        final boolean isFragment = message.flags().fragment();
        final long revision = message.reply().revision();
        final Map<Long, List<Change>> events = new TreeMap<>();
        for (final WatchEventsDecoder.EventsDecoder event : message.events())
        {
            final boolean hasPrevious = event.flags().prevKv();
            final boolean isPut = event.eventType() == EventType.PUT;
            final long[] numbers = {event.modRevision(), event.createRevision(), event.version(), event.prevModRevision()};
            final List<Long> ids = new ArrayList<>();
            event.watchers().forEach((watcher) -> ids.add(watcher.watchId()));
            final byte[] key = new byte[event.keyLength()];
            event.getKey(key, 0, key.length);
            final byte[] value = new byte[event.valueLength()];
            event.getValue(value, 0, value.length);
            final byte[] previous = new byte[event.prevValueLength()];
            event.getPrevValue(previous, 0, previous.length);
            final Change change = new Change(numbers[0], new String(key, UTF_8), isPut ? new String(value, UTF_8) : null,
                numbers[1], numbers[2], hasPrevious ? new String(previous, UTF_8) : null, hasPrevious ? numbers[3] : 0);
            ids.forEach((id) -> events.computeIfAbsent(id, (any) -> new ArrayList<>()).add(change));
        }
        return new SimWatchMessage(Kind.EVENTS, 0, revision, 0, isFragment, events);
    }

    /** The same in two messages, as no member may say it. */
    List<Map<Long, List<Change>>> halves()
    {
        final Map<Long, List<Change>> first = new TreeMap<>();
        final Map<Long, List<Change>> second = new TreeMap<>();
        events.forEach((id, changes) ->
        {
            final int half = (changes.size() + 1) / 2;
            first.put(id, changes.subList(0, half));
            if (half < changes.size())
            {
                second.put(id, changes.subList(half, changes.size()));
            }
        });
        return List.of(first, second);
    }
}
