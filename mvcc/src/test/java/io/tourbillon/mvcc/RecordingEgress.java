package io.tourbillon.mvcc;

import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.ClientOpenedDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.ItemKind;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchProgressDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Takes what the state machine says, checks its form, and keeps it as text. */
final class RecordingEgress implements Egress
{
    /** Whole answers by correlation id. */
    final Map<Long, String> answers = new HashMap<>();
    /** Events by session and watch id, in the order of arrival. */
    final Map<String, List<String>> events = new LinkedHashMap<>();
    /** Everything, in short, in the order of arrival. */
    final List<String> log = new ArrayList<>();
    int partCount;
    int longestPart;
    /** Says whether an event or a part must wait now. */
    BooleanSupplier isBlocked = () -> false;
    boolean isGone;

    private final Map<Long, StringBuilder> parts = new HashMap<>();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (isGone)
        {
            return GONE;
        }
        assertEquals(MessageValidator.SOUND, MessageValidator.check(buffer, offset, length));
        header.wrap(buffer, offset);
        switch (header.templateId())
        {
            case RangeReplyDecoder.TEMPLATE_ID -> range(buffer, offset);
            case PutReplyDecoder.TEMPLATE_ID -> put(buffer, offset);
            case DeleteRangeReplyDecoder.TEMPLATE_ID -> delete(buffer, offset);
            case TxnReplyDecoder.TEMPLATE_ID -> txn(buffer, offset);
            case LeaseReplyDecoder.TEMPLATE_ID -> lease(buffer, offset);
            case LeasesKeptAliveDecoder.TEMPLATE_ID -> keptAlive(buffer, offset);
            case ClientOpenedDecoder.TEMPLATE_ID ->
            {
                final ClientOpenedDecoder reply = new ClientOpenedDecoder().wrapAndApplyHeader(buffer, offset, header);
                answer(reply.reply().correlationId(), String.valueOf(reply.clientId()));
            }
            case AuthReplyDecoder.TEMPLATE_ID -> auth(buffer, offset);
            case MemberReplyDecoder.TEMPLATE_ID ->
            {
                final MemberReplyDecoder reply = new MemberReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
                answer(reply.reply().correlationId(), "member " + reply.targetId());
            }
            case CompactReplyDecoder.TEMPLATE_ID ->
            {
                final CompactReplyDecoder reply = new CompactReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
                answer(reply.reply().correlationId(), "compacted at " + reply.reply().revision());
            }
            case MaintenanceReplyDecoder.TEMPLATE_ID ->
            {
                final MaintenanceReplyDecoder reply = new MaintenanceReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
                if (reply.hashRevision() > 0)
                {
                    answer(reply.reply().correlationId(),
                        "hash " + reply.hash() + " of " + reply.compactRevision() + " to " + reply.hashRevision());
                    break;
                }
                final StringBuilder text = new StringBuilder("alarms");
                reply.alarms().forEach((alarm) -> text.append(' ').append(alarm.memberId()).append(':').append(alarm.alarm()));
                answer(reply.reply().correlationId(), text + " at " + reply.reply().revision());
            }
            case ErrorReplyDecoder.TEMPLATE_ID ->
            {
                final ErrorReplyDecoder reply = new ErrorReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
                final long correlationId = reply.reply().correlationId();
                parts.remove(correlationId);
                answer(correlationId, "error " + reply.code());
            }
            default -> watch(buffer, offset);
        }
        partCount++;
        longestPart = Math.max(longestPart, length);
        return SENT;
    }

    private void auth(final DirectBuffer buffer, final int offset)
    {
        final AuthReplyDecoder reply = new AuthReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long correlationId = reply.reply().correlationId();
        final String head = "auth " + (reply.enabled() == 0 ? "off" : "on") + " at " + reply.authRevision();
        final boolean isLast = reply.flags().last();
        final StringBuilder text = part(correlationId);
        reply.names().forEach((item) -> text.append(' ').append(item.name()));
        for (final AuthReplyDecoder.PermissionsDecoder permission : reply.permissions())
        {
            final byte[] key = new byte[permission.keyLength()];
            permission.getKey(key, 0, key.length);
            final byte[] end = new byte[permission.rangeEndLength()];
            permission.getRangeEnd(end, 0, end.length);
            text.append(' ').append("RW+".charAt(permission.permission())).append(new String(key, ISO_8859_1));
            text.append(',').append(new String(end, ISO_8859_1));
        }
        if (isLast)
        {
            parts.remove(correlationId);
            answer(correlationId, head + text);
        }
    }

    private void watch(final DirectBuffer buffer, final int offset)
    {
        if (header.templateId() == WatchCreatedDecoder.TEMPLATE_ID)
        {
            final WatchCreatedDecoder created = new WatchCreatedDecoder().wrapAndApplyHeader(buffer, offset, header);
            log.add("created " + created.watchId());
            answer(created.reply().correlationId(), "created " + created.watchId() + " at " + created.reply().revision());
        }
        else if (header.templateId() == WatchCanceledDecoder.TEMPLATE_ID)
        {
            final WatchCanceledDecoder canceled = new WatchCanceledDecoder().wrapAndApplyHeader(buffer, offset, header);
            final String text = "canceled " + canceled.watchId() + " code " + canceled.code() + " compacted " + canceled.compactRevision();
            log.add(text + " '" + canceled.reason() + "'");
            if (canceled.reply().correlationId() != 0)
            {
                answer(canceled.reply().correlationId(), text);
            }
        }
        else
        {
            final WatchProgressDecoder progress = new WatchProgressDecoder().wrapAndApplyHeader(buffer, offset, header);
            log.add("progress " + progress.watchId() + " at " + progress.reply().revision());
            answer(progress.reply().correlationId(), "progress at " + progress.reply().revision());
        }
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return isBlocked.getAsBoolean() ? BACK_PRESSURED : reply(sessionId, buffer, offset, length);
    }

    private void answer(final long correlationId, final String text)
    {
        assertTrue(answers.put(correlationId, text) == null, "answered twice: " + text);
    }

    private StringBuilder part(final long correlationId)
    {
        return parts.computeIfAbsent(correlationId, id -> new StringBuilder());
    }

    private void range(final DirectBuffer buffer, final int offset)
    {
        final RangeReplyDecoder reply = new RangeReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long correlationId = reply.reply().correlationId();
        final long revision = reply.reply().revision();
        final boolean isLast = reply.flags().last();
        final boolean hasMore = reply.flags().more();
        final long count = reply.keyCount();
        final StringBuilder text = part(correlationId);
        for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
        {
            final long[] fields = {kv.createRevision(), kv.modRevision(), kv.version(), kv.lease()};
            final byte[] key = new byte[kv.keyLength()];
            kv.getKey(key, 0, key.length);
            final byte[] value = new byte[kv.valueLength()];
            kv.getValue(value, 0, value.length);
            text.append(' ').append(kv(key, value, fields));
        }
        if (isLast)
        {
            parts.remove(correlationId);
            answer(correlationId, "range at " + revision + " count " + count + (hasMore ? " more" : "") + text);
        }
    }

    private void put(final DirectBuffer buffer, final int offset)
    {
        final PutReplyDecoder reply = new PutReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long[] fields = {reply.prevCreateRevision(), reply.prevModRevision(), reply.prevVersion(), reply.prevLease()};
        final String prev = reply.flags().prevKvs() ? " prev " + kv(new byte[0], prevValue(reply), fields) : "";
        answer(reply.reply().correlationId(), "put at " + reply.reply().revision() + prev);
    }

    private static byte[] prevValue(final PutReplyDecoder reply)
    {
        final byte[] value = new byte[reply.prevValueLength()];
        reply.getPrevValue(value, 0, value.length);
        return value;
    }

    private void delete(final DirectBuffer buffer, final int offset)
    {
        final DeleteRangeReplyDecoder reply = new DeleteRangeReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long correlationId = reply.reply().correlationId();
        final StringBuilder text = part(correlationId);
        final boolean isLast = reply.flags().last();
        final String head = "delete at " + reply.reply().revision() + " deleted " + reply.deleted();
        for (final DeleteRangeReplyDecoder.PrevKvsDecoder kv : reply.prevKvs())
        {
            final long[] fields = {kv.createRevision(), kv.modRevision(), kv.version(), kv.lease()};
            final byte[] key = new byte[kv.keyLength()];
            kv.getKey(key, 0, key.length);
            final byte[] value = new byte[kv.valueLength()];
            kv.getValue(value, 0, value.length);
            text.append(' ').append(kv(key, value, fields));
        }
        if (isLast)
        {
            parts.remove(correlationId);
            answer(correlationId, head + text);
        }
    }

    private void lease(final DirectBuffer buffer, final int offset)
    {
        final LeaseReplyDecoder reply = new LeaseReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long correlationId = reply.reply().correlationId();
        final StringBuilder text = part(correlationId);
        final boolean isLast = reply.flags().last();
        final String head = lease(reply.leaseId(), reply.ttlMs(), reply.grantedTtlMs(), reply.reply().revision());
        for (final LeaseReplyDecoder.LeasesDecoder lease : reply.leases())
        {
            text.append(' ').append(lease.id());
        }
        for (final LeaseReplyDecoder.KeysDecoder keyItem : reply.keys())
        {
            final byte[] key = new byte[keyItem.keyLength()];
            keyItem.getKey(key, 0, key.length);
            text.append(' ').append(new String(key, ISO_8859_1));
        }
        if (isLast)
        {
            parts.remove(correlationId);
            answer(correlationId, head + text);
        }
    }

    private void keptAlive(final DirectBuffer buffer, final int offset)
    {
        final LeasesKeptAliveDecoder reply = new LeasesKeptAliveDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long correlationId = reply.reply().correlationId();
        final StringBuilder text = part(correlationId);
        final boolean isLast = reply.flags().last();
        final String head = "kept at " + reply.reply().revision();
        for (final LeasesKeptAliveDecoder.LeasesDecoder lease : reply.leases())
        {
            text.append(' ').append(lease.id()).append('=').append(lease.ttlMs()).append(lease.code() == 0 ? "" : "!" + lease.code());
        }
        if (isLast)
        {
            parts.remove(correlationId);
            answer(correlationId, head + text);
        }
    }

    static String lease(final long id, final long ttlMs, final long grantedTtlMs, final long revision)
    {
        return "lease " + id + " ttl " + ttlMs + " of " + grantedTtlMs + " at " + revision;
    }

    private void txn(final DirectBuffer buffer, final int offset)
    {
        final TxnReplyDecoder reply = new TxnReplyDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long correlationId = reply.reply().correlationId();
        final StringBuilder text = part(correlationId);
        final boolean isLast = reply.flags().last();
        final String head = "txn at " + reply.reply().revision() + (reply.flags().succeeded() ? " then" : " else");
        for (final TxnReplyDecoder.ItemsDecoder item : reply.items())
        {
            text.append("; ").append(item(item));
        }
        if (isLast)
        {
            parts.remove(correlationId);
            answer(correlationId, head + text);
        }
    }

    private static String item(final TxnReplyDecoder.ItemsDecoder item)
    {
        final ItemKind kind = item.kind();
        final String text = "at " + item.revision() + " count " + item.keyCount() + (item.more() == 1 ? " more" : "");
        final long[] fields = {item.createRevision(), item.modRevision(), item.version(), item.lease()};
        final byte[] key = new byte[item.keyLength()];
        item.getKey(key, 0, key.length);
        final byte[] value = new byte[item.valueLength()];
        item.getValue(value, 0, value.length);
        final String at = kind + "/" + item.depth() + " ";
        if (kind == ItemKind.TXN)
        {
            return at + (item.succeeded() == 1 ? "then" : "else"); // a nested transaction's head says no revision in etcd
        }
        return at + (kind == ItemKind.KV || kind == ItemKind.PREV_KV ? kv(key, value, fields) : text);
    }

    static String kv(final String key, final String value, final long[] fields)
    {
        return key + "=" + (value.length() > 40 ? value.length() + "B#" + value.hashCode() : value) +
            "(" + fields[0] + "," + fields[1] + "," + fields[2] + "," + fields[3] + ")";
    }

    private static String kv(final byte[] key, final byte[] value, final long[] fields)
    {
        return kv(new String(key, ISO_8859_1), new String(value, ISO_8859_1), fields);
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (isGone)
        {
            return GONE;
        }
        if (isBlocked.getAsBoolean())
        {
            return BACK_PRESSURED;
        }
        assertEquals(MessageValidator.SOUND, MessageValidator.check(buffer, offset, length));
        final WatchEventsDecoder message = new WatchEventsDecoder().wrapAndApplyHeader(buffer, offset, header);
        final long headerRevision = message.reply().revision();
        final boolean isCatchUp = message.flags().catchUp();
        log.add((isCatchUp ? "history" : "live") + (message.flags().fragment() ? " piece" : "") + " at " + headerRevision);
        longestPart = Math.max(longestPart, length);
        for (final WatchEventsDecoder.EventsDecoder event : message.events())
        {
            assertTrue(isCatchUp ? event.modRevision() <= headerRevision : event.modRevision() == headerRevision);
            event(sessionId, event);
        }
        return SENT;
    }

    private void event(final long sessionId, final WatchEventsDecoder.EventsDecoder event)
    {
        final boolean isPut = event.eventType() == EventType.PUT;
        final long[] fields = {event.createRevision(), event.modRevision(), event.version(), event.lease()};
        final long[] prevFields = {event.prevCreateRevision(), event.prevModRevision(), event.prevVersion(), event.prevLease()};
        final boolean hasPrev = event.flags().prevKv();
        final List<Long> ids = new ArrayList<>();
        for (final WatchEventsDecoder.EventsDecoder.WatchersDecoder watcher : event.watchers())
        {
            ids.add(watcher.watchId());
        }
        final byte[] key = new byte[event.keyLength()];
        event.getKey(key, 0, key.length);
        final byte[] value = new byte[event.valueLength()];
        event.getValue(value, 0, value.length);
        final byte[] prev = new byte[event.prevValueLength()];
        event.getPrevValue(prev, 0, prev.length);
        final String was = hasPrev ? " was " + kv(new byte[0], prev, prevFields) : "";
        final String text = (isPut ? "PUT " : "DELETE ") + kv(key, value, fields) + was;
        for (final long id : ids)
        {
            events.computeIfAbsent(sessionId + "/" + id, name -> new ArrayList<>()).add(text);
        }
    }

    List<String> eventsOf(final long sessionId, final long watchId)
    {
        return events.getOrDefault(sessionId + "/" + watchId, List.of());
    }

    void forget(final long sessionId, final long watchId)
    {
        events.remove(sessionId + "/" + watchId);
    }
}
