package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.AuthOperation;
import org.agrona.DirectBuffer;

import java.util.List;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Answers what is asked of users and roles. Allocates: it is asked for rarely. */
final class AuthReads
{
    private final AuthStore store;
    private final AuthReplies replies;
    private final Replies errors;
    private final AuthRequest request = new AuthRequest();

    AuthReads(final AuthStore store, final AuthReplies replies, final Replies errors)
    {
        this.store = store;
        this.replies = replies;
        this.errors = errors;
    }

    void on(final long sessionId, final long credential, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        request.read(buffer, offset);
        final Auth auth = store.auth();
        final int refusal = refusal(auth, credential);
        if (refusal != SOUND)
        {
            errors.error(sessionId, correlationId, refusal);
            return;
        }
        switch (request.operation)
        {
            case STATUS -> replies.status(sessionId, correlationId, auth);
            case USER_GET -> user(sessionId, correlationId, auth);
            case USER_LIST -> replies.names(sessionId, correlationId, auth, auth.users().stream().map(AuthUser::name).toList());
            case ROLE_GET -> role(sessionId, correlationId, auth);
            case ROLE_LIST -> replies.names(sessionId, correlationId, auth, auth.roleNames());
            default -> errors.error(sessionId, correlationId, ErrorCode.NOT_SUPPORTED.number());
        }
    }

    /** Anybody may ask whether it is enabled; users may look at themselves and at their roles, root at all. */
    private int refusal(final Auth auth, final long credential)
    {
        if (request.operation == AuthOperation.STATUS)
        {
            return SOUND;
        }
        final AuthUser user = auth.user(credential);
        final boolean isOwn = user != null && (request.operation == AuthOperation.USER_GET && request.name.equals(user.name()) ||
            request.operation == AuthOperation.ROLE_GET && user.roles().contains(request.role));
        return isOwn ? SOUND : auth.refusalUnlessRoot(credential);
    }

    private void user(final long sessionId, final long correlationId, final Auth auth)
    {
        final AuthUser user = auth.user(request.name);
        if (user == null)
        {
            errors.error(sessionId, correlationId, ErrorCode.USER_NOT_FOUND.number());
        }
        else
        {
            replies.names(sessionId, correlationId, auth, user.roles());
        }
    }

    private void role(final long sessionId, final long correlationId, final Auth auth)
    {
        final List<Permission> permissions = auth.role(request.role);
        if (permissions == null)
        {
            errors.error(sessionId, correlationId, ErrorCode.ROLE_NOT_FOUND.number());
        }
        else
        {
            replies.permissions(sessionId, correlationId, auth, permissions);
        }
    }
}
