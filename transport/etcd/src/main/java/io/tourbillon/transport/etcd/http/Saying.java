package io.tourbillon.transport.etcd.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;

/** An exchange whose answer is known before the request's body, which is passed over. Event loop. */
public final class Saying implements Exchange
{
    private final HttpConnection connection;
    private final HttpResponseStatus status;
    private final String contentType;
    private final String text;

    /**
     * @param connection  to answer on.
     * @param status      of HTTP.
     * @param contentType of the body; null = none.
     * @param text        the body.
     */
    public Saying(final HttpConnection connection, final HttpResponseStatus status, final String contentType, final String text)
    {
        this.connection = connection;
        this.status = status;
        this.contentType = contentType;
        this.text = text;
    }

    @Override
    public void onContent(final ByteBuf content)
    {
        // passed over
    }

    @Override
    public void onEnd()
    {
        connection.answer(status, contentType, text);
    }
}
