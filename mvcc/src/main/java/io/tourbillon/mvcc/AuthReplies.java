package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.AuthReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Writes the answers to requests about users and roles, in parts of at most {@link Limits#PART_LENGTH_MAX} bytes: the list of all users at
 * the bound takes 17. Allocates: they are rare. No answer has a verifier.
 */
final class AuthReplies
{
    private static final int HEAD_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + AuthReplyEncoder.BLOCK_LENGTH +
        AuthReplyEncoder.NamesEncoder.HEADER_SIZE + AuthReplyEncoder.PermissionsEncoder.HEADER_SIZE;
    private static final int NAME_OVERHEAD = AuthReplyEncoder.NamesEncoder.sbeBlockLength() + Integer.BYTES;
    private static final int PERMISSION_OVERHEAD = AuthReplyEncoder.PermissionsEncoder.sbeBlockLength() + 2 * Integer.BYTES;

    private final Egress egress;
    private final ReplyHead head;
    private final MvccHeader header;
    private final GrowingBuffer buffer = new GrowingBuffer(4096);
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final AuthReplyEncoder reply = new AuthReplyEncoder();

    AuthReplies(final Egress egress, final ReplyHead head, final MvccHeader header)
    {
        this.egress = egress;
        this.head = head;
        this.header = header;
    }

    /** Whether it is enabled, and the auth revision: what a change is answered with, too. */
    void status(final long sessionId, final long correlationId, final Auth auth)
    {
        send(sessionId, correlationId, auth, List.of(), List.of(), true);
    }

    void names(final long sessionId, final long correlationId, final Auth auth, final Collection<String> names)
    {
        final List<byte[]> part = new ArrayList<>();
        int length = HEAD_LENGTH;
        for (final String name : names)
        {
            final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            if (length + NAME_OVERHEAD + bytes.length > Limits.PART_LENGTH_MAX)
            {
                if (send(sessionId, correlationId, auth, part, List.of(), false) == Egress.GONE)
                {
                    return;
                }
                part.clear();
                length = HEAD_LENGTH;
            }
            part.add(bytes);
            length += NAME_OVERHEAD + bytes.length;
        }
        send(sessionId, correlationId, auth, part, List.of(), true);
    }

    /** Those of one role: their bound makes them fit one part. */
    void permissions(final long sessionId, final long correlationId, final Auth auth, final List<Permission> permissions)
    {
        send(sessionId, correlationId, auth, List.of(), permissions, true);
    }

    private int send(
        final long sessionId,
        final long correlationId,
        final Auth auth,
        final List<byte[]> names,
        final List<Permission> permissions,
        final boolean isLast)
    {
        final int length = HEAD_LENGTH + names.stream().mapToInt(name -> NAME_OVERHEAD + name.length).sum() +
            permissions.stream().mapToInt(each -> PERMISSION_OVERHEAD + each.key().length + each.rangeEnd().length).sum();
        assert length <= Limits.PART_LENGTH_MAX : length;
        reply.wrapAndApplyHeader(buffer.ensure(length), 0, messageHeader);
        head.fill(reply.reply(), sessionId, correlationId, header.revision());
        reply.authRevision(auth.revision()).enabled((short)(auth.isEnabled() ? 1 : 0)).flags().clear().last(isLast);
        final AuthReplyEncoder.NamesEncoder nameItems = reply.namesCount(names.size());
        names.forEach(name -> nameItems.next().putName(name, 0, name.length));
        final AuthReplyEncoder.PermissionsEncoder permissionItems = reply.permissionsCount(permissions.size());
        permissions.forEach(each -> permissionItems.next().permission((short)each.type())
            .putKey(each.key(), 0, each.key().length)
            .putRangeEnd(each.rangeEnd(), 0, each.rangeEnd().length));
        return egress.reply(sessionId, buffer.buffer(), 0, reply.limit());
    }
}
