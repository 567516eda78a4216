package io.tourbillon.transport.etcd.identity;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;
import io.tourbillon.transport.etcd.port.ClientCertificate;
import io.tourbillon.transport.etcd.rpc.Callers;

import java.util.function.Supplier;

/**
 * Finds the session on the node that speaks for who calls: by the token in his metadata, else by the name in his certificate, else that of
 * nobody. What it is good for the node says. Event loops.
 */
public final class Identities implements ServerInterceptor
{
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";
    private static final int SESSIONS_MAX = 10_000;
    private static final int TOKEN_LENGTH_MAX = 1_024;

    private final UserSessions tokens;
    private final UserSessions names;
    private final JsonTokens jsonTokens;

    /**
     * @param link        to the node; not started yet.
     * @param frontSecret gives, once there is a node, that by which it takes this front's word for a user; null = it does not.
     * @param jsonTokens  tokens that this front itself judges; null = none.
     * @param idleMs      how long a token is kept that is not used.
     */
    public Identities(final NodeLink link, final Supplier<byte[]> frontSecret, final JsonTokens jsonTokens, final long idleMs)
    {
        this.jsonTokens = jsonTokens;
        tokens = new UserSessions(link, UserPassword::ofToken, Failures.of(ErrorCode.INVALID_AUTH_TOKEN), idleMs, SESSIONS_MAX);
        names = frontSecret == null ? null : new UserSessions(
            link, name -> UserPassword.vouchedFor(name, frontSecret.get()), Failures.of(ErrorCode.PERMISSION_DENIED), idleMs,
            SESSIONS_MAX);
        if (jsonTokens != null)
        {
            jsonTokens.follow(link);
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next)
    {
        final String token = tokenOf(headers);
        final boolean isJson = token != null && jsonTokens != null && names != null && JsonTokens.isOne(token);
        if (isJson)
        {
            final JsonTokens.Claims claims = jsonTokens.verify(token);
            final Status fault = claims == null ? Failures.of(ErrorCode.INVALID_AUTH_TOKEN) : jsonTokens.faultOf(claims);
            if (fault != null)
            {
                call.close(fault, new Metadata());
                return new ServerCall.Listener<>()
                {
                };
            }
            return begin(names.of(claims.userName()), call, headers, next);
        }
        return begin(token != null ? tokens.of(cut(token)) : ofPeer(call.getAttributes()), call, headers, next);
    }

    /** What is longer than any token of the node's is none, and is remembered, until the node has said so, by its beginning alone. */
    private static String cut(final String token)
    {
        return token.length() > TOKEN_LENGTH_MAX ? token.substring(0, TOKEN_LENGTH_MAX) : token;
    }

    private static <Q, A> ServerCall.Listener<Q> begin(
        final NodeSession session, final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next)
    {
        return session == null ? next.startCall(call, headers) :
            Contexts.interceptCall(Context.current().withValue(Callers.SESSION, session), call, headers, next);
    }

    private NodeSession ofPeer(final Attributes transport)
    {
        final String name = names == null ? null : transport.get(ClientCertificate.COMMON_NAME);
        return name == null ? null : names.of(name);
    }

    /** As etcd's clients send it, or as its gateway's do; null if there is none. */
    static String tokenOf(final Metadata headers)
    {
        final String token = headers.get(TOKEN);
        final String authorization = token == null ? headers.get(AUTHORIZATION) : null;
        final String found = authorization == null ? token :
            authorization.startsWith(BEARER) ? authorization.substring(BEARER.length()) : authorization;
        return found == null || found.isEmpty() ? null : found;
    }
}
