package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.transport.client.AuthCommand;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.authpb.Permission;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A request about users, roles and permissions.
 *
 * @param <R> the answer.
 */
final class AuthCall<R> extends UnaryCall<R>
{
    private final AuthCommand command;
    private final Function<Result, R> answers;
    private final List<String> names = new ArrayList<>();
    private final List<Permission> permissions = new ArrayList<>();

    /**
     * What the node says, of all parts.
     *
     * @param header      of the last part.
     * @param isEnabled   whether users are asked who they are.
     * @param revision    of users and roles.
     * @param names       of users or roles.
     * @param permissions of a role.
     */
    record Result(ResponseHeader header, boolean isEnabled, long revision, List<String> names, List<Permission> permissions)
    {
    }

    AuthCall(final StreamObserver<R> observer, final AuthCommand command, final Function<Result, R> answers)
    {
        super(observer);
        this.command = command;
        this.answers = answers;
    }

    AuthCall(final UnaryCall<R> before, final AuthCommand command, final Function<Result, R> answers)
    {
        super(before);
        this.command = command;
        this.answers = answers;
    }

    @Override
    protected long send(final ClientSession via)
    {
        return via.auth(command);
    }

    @Override
    protected void onAuth(final AuthReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        for (final AuthReplyDecoder.NamesDecoder item : reply.names())
        {
            names.add(item.name());
        }
        for (final AuthReplyDecoder.PermissionsDecoder item : reply.permissions())
        {
            final int type = item.permission();
            final byte[] key = new byte[item.keyLength()];
            item.getKey(key, 0, key.length);
            final byte[] rangeEnd = new byte[item.rangeEndLength()];
            item.getRangeEnd(rangeEnd, 0, rangeEnd.length);
            permissions.add(permission(type, Answers.own(key), Answers.own(rangeEnd)));
        }
        if (isLast)
        {
            answer(answers.apply(
                new Result(Answers.header(reply.reply()), reply.enabled() != 0, reply.authRevision(), names, permissions)));
        }
    }

    private static Permission permission(final int type, final ByteString key, final ByteString rangeEnd)
    {
        return Permission.newBuilder().setPermTypeValue(type).setKey(key).setRangeEnd(rangeEnd).build();
    }
}
