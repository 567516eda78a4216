package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.UserPassword;

/** Logs in and asks for a token. */
final class TokenAsker implements ReplyListener
{
    private String token;

    private TokenAsker()
    {
    }

    static String ask(final NodeConfig config, final UserPassword user)
    {
        final TokenAsker asker = new TokenAsker();
        try (TourbillonClient client = TourbillonClient.launch(new ClientContext().mediaKind(MediaKind.UDP)))
        {
            final ClientSession session = client
                .connect(config.text(NodeOption.LISTEN_CLIENT), (ignore, from, to, reason) -> { })
                .openSession(user, asker);
            Await.until("the session", () -> client.poll() >= 0 && session.isOpen());
            Await.until("room", () -> client.poll() >= 0 && session.requestToken() > 0);
            Await.until("an answer", () -> client.poll() >= 0 && asker.token != null);
        }
        return asker.token;
    }

    @Override
    public void onAuthReply(final ClientSession session, final long correlationId, final AuthReplyDecoder reply)
    {
        token = reply.names().next().name();
    }

    @Override
    public void onError(final ClientSession session, final long correlationId, final ErrorReplyDecoder error)
    {
        throw new AssertionError("refused with " + error.code());
    }

    @Override
    public void onUnknownOutcome(final ClientSession session, final long correlationId)
    {
        throw new AssertionError("it changes nothing");
    }

    @Override
    public void onTimeout(final ClientSession session, final long correlationId)
    {
        throw new AssertionError("no answer in time");
    }
}
