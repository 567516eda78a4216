package io.tourbillon.transport.http;

import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * An answer, whatever server sends it.
 *
 * @param status      of HTTP.
 * @param contentType of the body.
 * @param headers     besides that.
 * @param body        as bytes; nobody changes them.
 */
public record PageReply(int status, String contentType, Map<String, String> headers, byte[] body)
{
    static final int OK = 200;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int INTERNAL_ERROR = 500;
    static final int UNAVAILABLE = 503;
    private static final String TEXT = "text/plain; charset=utf-8";
    static final String JSON = "application/json";

    static PageReply text(final int status, final String text)
    {
        return new PageReply(status, TEXT, Map.of(), text.getBytes(UTF_8));
    }

    static PageReply json(final int status, final String json)
    {
        return new PageReply(status, JSON, Map.of(), json.getBytes(UTF_8));
    }

    /** The same with a header, and no other besides the type of the body. */
    PageReply with(final String header, final String value)
    {
        return new PageReply(status, contentType, Map.of(header, value), body);
    }
}
