package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.transport.client.AuthCommand;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.etcd.api.AuthenticateRequest;
import io.tourbillon.transport.etcd.api.AuthenticateResponse;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;
import io.tourbillon.transport.etcd.node.SessionEvents;

import java.util.ArrayDeque;

/**
 * Logins: a session is opened by name and password, asked for a token, and closed. It is the node that judges the password, which itself
 * never gets there. Few at a time, as each takes some ten milliseconds of a processor; some may wait. On the link's thread, but for
 * {@link #begin}.
 */
final class Logins
{
    private static final int UNDER_WAY_MAX = 2;
    private static final int WAITING_MAX = 256;

    private final NodeLink link;
    private final TokenMaker tokens;
    private final ArrayDeque<Login> waiting = new ArrayDeque<>();
    private int underWayCount;

    /**
     * @param link   to the node.
     * @param tokens makes another token of that which the node gives; null = it is the node's.
     */
    Logins(final NodeLink link, final TokenMaker tokens)
    {
        this.link = link;
        this.tokens = tokens;
    }

    /** Any thread. */
    void begin(final AuthenticateRequest request, final StreamObserver<AuthenticateResponse> observer)
    {
        link.nobody().submit(new Enabled(request, observer));
    }

    private void next()
    {
        while (underWayCount < UNDER_WAY_MAX && !waiting.isEmpty())
        {
            underWayCount++;
            waiting.poll().open();
        }
    }

    /** Where nobody is asked who he is there are no logins, as with etcd, whatever the password. */
    private final class Enabled extends UnaryCall<AuthenticateResponse>
    {
        private final AuthenticateRequest request;

        private Enabled(final AuthenticateRequest request, final StreamObserver<AuthenticateResponse> observer)
        {
            super(observer);
            this.request = request;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.auth(AuthCommand.status());
        }

        @Override
        protected void onAuth(final AuthReplyDecoder reply)
        {
            final int length = request.getPassword().length();
            final ErrorCode fault = reply.enabled() == 0 ? ErrorCode.AUTH_NOT_ENABLED :
                request.getName().isEmpty() || length == 0 || length > Scram.PASSWORD_LENGTH_MAX ? ErrorCode.AUTH_FAILED :
                waiting.size() >= WAITING_MAX ? ErrorCode.TOO_MANY_LOGINS : null;
            if (fault != null)
            {
                onFailure(Failures.of(fault));
                return;
            }
            waiting.add(new Login(request, this));
            next();
        }
    }

    private final class Login extends UnaryCall<AuthenticateResponse> implements SessionEvents
    {
        private final AuthenticateRequest request;
        private NodeSession session;
        private boolean isEnded;

        private Login(final AuthenticateRequest request, final Enabled before)
        {
            super(before);
            this.request = request;
        }

        private void open()
        {
            session = link.open(UserPassword.of(request.getName(), request.getPassword().toCharArray()), this);
            session.submit(this);
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.requestToken();
        }

        @Override
        protected void onAuth(final AuthReplyDecoder reply)
        {
            final AuthenticateResponse.Builder response = AuthenticateResponse.newBuilder().setHeader(Answers.header(reply.reply()));
            final long revision = reply.authRevision();
            for (final AuthReplyDecoder.NamesDecoder item : reply.names())
            {
                response.setToken(item.name());
            }
            if (tokens != null)
            {
                response.setToken(tokens.make(request.getName(), revision));
            }
            answer(response.build());
            end();
        }

        @Override
        protected void onFailure(final Status status)
        {
            super.onFailure(status);
            end();
        }

        @Override
        public void onClosed(final NodeSession closed, final int errorCode)
        {
            if (errorCode == ErrorCode.AUTH_FAILED.number() || errorCode == ErrorCode.TOO_MANY_LOGINS.number())
            {
                link.execute(() -> closed.end(Failures.of(errorCode)));
            }
        }

        private void end()
        {
            if (!isEnded)
            {
                isEnded = true;
                underWayCount--;
                link.execute(session::close); // not amid what it tells
                next();
            }
        }
    }
}
