package io.tourbillon.transport.http;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * An answer, whatever server sends it.
 *
 * @param status      of HTTP.
 * @param contentType of the body.
 * @param body        as bytes; nobody changes them.
 */
public record PageReply(int status, String contentType, byte[] body)
{
    static final int OK = 200;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int INTERNAL_ERROR = 500;
    static final int UNAVAILABLE = 503;
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";

    static PageReply text(final int status, final String text)
    {
        return new PageReply(status, TEXT, text.getBytes(UTF_8));
    }

    static PageReply json(final int status, final String json)
    {
        return new PageReply(status, JSON, json.getBytes(UTF_8));
    }
}
