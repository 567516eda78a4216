package io.tourbillon.transport.aeron;

import io.aeron.ChannelUri;
import io.aeron.CommonContext;
import io.tourbillon.codecs.BroadcastRanges;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.mvcc.Limits;
import org.agrona.BitUtil;
import org.agrona.SystemUtil;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One broadcast that the option {@code broadcast} names.
 *
 * @param name     for people.
 * @param prefixes of the keys whose events it carries.
 * @param channel  of Aeron on which it is published.
 * @param streamId of it on that channel.
 */
record BroadcastPlan(String name, List<byte[]> prefixes, String channel, int streamId)
{
    static final int BROADCASTS_MAX = 16;
    /** An eighth of a term is the longest message: 2 MiB, an event as long as the default of max-request-bytes lets it become. */
    static final int TERM_LENGTH = 16 << 20;
    private static final int MESSAGE_TERM_SHARE = 8;
    /** Events that are read again from history come in messages up to this limit, and all of those must go: 512 KiB. */
    private static final int TERM_LENGTH_MIN =
        BitUtil.findNextPositivePowerOfTwo(MESSAGE_TERM_SHARE * (Limits.PART_LENGTH_MAX + BroadcastStream.HEAD_LENGTH));
    private static final int PREFIXES_MAX = 64;
    private static final String IPC = "aeron:ipc";
    /** A subscriber in shared memory that lets the stream's window fill up holds the others for so long, then it is left behind. */
    private static final String LEFT_BEHIND = "50ms";
    private static final String REJOINS_AFTER = "100ms";

    /** Bytes of one of the three terms of its publication. */
    long termLength()
    {
        return termLength(ChannelUri.parse(channel));
    }

    private static long termLength(final ChannelUri uri)
    {
        final String text = uri.get(CommonContext.TERM_LENGTH_PARAM_NAME);
        try
        {
            return text == null ? TERM_LENGTH : SystemUtil.parseSize(CommonContext.TERM_LENGTH_PARAM_NAME, text);
        }
        catch (final NumberFormatException | IndexOutOfBoundsException ex)
        {
            return 0; // less than may be
        }
    }

    /** Keys and ends of its prefixes. */
    List<byte[][]> ranges()
    {
        return prefixes.stream().map(BroadcastRanges::ofPrefix).toList();
    }

    /**
     * Reads the option.
     *
     * @param text   {@code name=PREFIX,PREFIX@CHANNEL; ...}, the channel being {@code aeron:ipc} if there is none.
     * @param hasKey whether the cluster has a key: without one only loopback may be published to.
     * @param faults to add to.
     * @return those without faults.
     */
    static List<BroadcastPlan> parse(final String text, final boolean hasKey, final List<String> faults)
    {
        final List<BroadcastPlan> plans = new ArrayList<>();
        final Set<String> names = new HashSet<>();
        final String[] entries = text.isBlank() ? new String[0] : text.split(";");
        for (final String entry : entries)
        {
            final BroadcastPlan plan = parseOne(entry.trim(), Protocol.BROADCAST_STREAM_ID + plans.size(), hasKey, faults);
            if (plan != null && !names.add(plan.name))
            {
                faults.add("broadcast=" + text + ": " + plan.name + " comes twice");
            }
            else if (plan != null)
            {
                plans.add(plan);
            }
        }
        if (entries.length > BROADCASTS_MAX)
        {
            faults.add("broadcast=" + text + ": must be at most " + BROADCASTS_MAX);
        }
        return plans;
    }

    private static BroadcastPlan parseOne(final String entry, final int streamId, final boolean hasKey, final List<String> faults)
    {
        final int equals = entry.indexOf('=');
        final int at = entry.indexOf('@', equals);
        if (equals < 1 || !entry.substring(0, equals).matches("[A-Za-z0-9_.-]{1,64}"))
        {
            faults.add("broadcast=" + entry + ": must be name=PREFIX[,PREFIX...][@CHANNEL]");
            return null;
        }
        final String[] words = entry.substring(equals + 1, at < 0 ? entry.length() : at).split(",", -1);
        final String channel = at < 0 ? IPC : entry.substring(at + 1);
        final String fault = words.length > PREFIXES_MAX ? "at most " + PREFIXES_MAX + " prefixes" : faultOf(channel, hasKey);
        if (fault != null)
        {
            faults.add("broadcast=" + entry + ": must be " + fault);
            return null;
        }
        final List<byte[]> prefixes = new ArrayList<>();
        for (final String word : words)
        {
            prefixes.add(word.getBytes(StandardCharsets.UTF_8));
        }
        return new BroadcastPlan(entry.substring(0, equals), prefixes, complete(channel), streamId);
    }

    /** What the channel must be; null if it is. */
    private static String faultOf(final String channel, final boolean hasKey)
    {
        final ChannelUri uri;
        try
        {
            uri = ChannelUri.parse(channel);
        }
        catch (final IllegalArgumentException ex)
        {
            return "name=PREFIX[,PREFIX...][@CHANNEL] with a channel of Aeron, not " + channel;
        }
        if (termLength(uri) < TERM_LENGTH_MIN)
        {
            return "on a channel with a term-length of at least " + SystemUtil.formatSize(TERM_LENGTH_MIN);
        }
        if (uri.isIpc())
        {
            return null;
        }
        final String endpoint = uri.get(CommonContext.ENDPOINT_PARAM_NAME);
        final String control = uri.get(CommonContext.MDC_CONTROL_PARAM_NAME);
        final boolean isSomewhere = endpoint != null || control != null;
        final boolean isNear =
            isSomewhere && (endpoint == null || PeerAddress.isLoopback(endpoint)) && (control == null || PeerAddress.isLoopback(control));
        return !isSomewhere ? "on a channel with an endpoint or a control address" :
            isNear || hasKey ? null : "on loopback, by literal addresses, unless there is a cluster-key-file";
    }

    /** With what keeps a slow subscriber from holding the others, unless the operator has said something else. */
    private static String complete(final String channel)
    {
        final ChannelUri uri = ChannelUri.parse(channel);
        putIfAbsent(uri, CommonContext.TERM_LENGTH_PARAM_NAME, Integer.toString(TERM_LENGTH));
        if (uri.isIpc())
        {
            putIfAbsent(uri, CommonContext.UNTETHERED_WINDOW_LIMIT_TIMEOUT_PARAM_NAME, LEFT_BEHIND);
            putIfAbsent(uri, CommonContext.UNTETHERED_LINGER_TIMEOUT_PARAM_NAME, LEFT_BEHIND);
            putIfAbsent(uri, CommonContext.UNTETHERED_RESTING_TIMEOUT_PARAM_NAME, REJOINS_AFTER);
        }
        else
        {
            putIfAbsent(uri, CommonContext.FLOW_CONTROL_PARAM_NAME, "max");
        }
        return uri.toString();
    }

    private static void putIfAbsent(final ChannelUri uri, final String name, final String value)
    {
        if (!uri.containsKey(name))
        {
            uri.put(name, value);
        }
    }
}
