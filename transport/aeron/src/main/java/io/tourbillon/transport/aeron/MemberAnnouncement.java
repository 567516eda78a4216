package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.record.MemberPublishedEncoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import io.tourbillon.mvcc.Members;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a member says of itself through the log, once: its name, which version of what entries do its build knows, and where clients reach
 * it: by our own protocol, host:port, then by etcd's, with a scheme. Said again until it is applied. Apply.
 */
final class MemberAnnouncement
{
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long memberId;
    private final UnsafeBuffer message;
    private boolean isDone;
    private boolean isSaid;
    private long saidNs;

    MemberAnnouncement(final long memberId, final NodeConfig config)
    {
        this.memberId = memberId;
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(512);
        final MemberPublishedEncoder encoder = new MemberPublishedEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        encoder.memberId(memberId).applyVersion(config.applyVersion()).name(config.name()).clientUrls(clientUrls(config));
        final byte[] exact = new byte[encoder.limit()];
        buffer.getBytes(0, exact);
        message = new UnsafeBuffer(exact);
    }

    /** As it is announced: the native address first, then the URLs, separated by commas. */
    static String clientUrls(final NodeConfig config)
    {
        final List<String> urls = new ArrayList<>(List.of(config.text(NodeOption.LISTEN_CLIENT)));
        urls.addAll(config.advertisedClientUrls());
        return String.join(",", urls);
    }

    /** Whether the state has it. */
    boolean isDone(final Members members)
    {
        if (!isDone)
        {
            final DirectBuffer said = members.published(memberId);
            isDone = said != null && message.compareTo(said) == 0;
        }
        return isDone;
    }

    /** Length of the message that is to be proposed now; 0 = none. */
    int write(final MutableDirectBuffer target, final long nowNs)
    {
        if (isDone || isSaid && nowNs - saidNs < RETRY_NS)
        {
            return 0;
        }
        isSaid = true;
        saidNs = nowNs;
        target.putBytes(0, message, 0, message.capacity());
        return message.capacity();
    }
}
