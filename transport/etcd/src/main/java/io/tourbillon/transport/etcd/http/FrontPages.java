package io.tourbillon.transport.etcd.http;

import java.util.Map;

/** Pages that are no API: health, version, metrics. */
public interface FrontPages
{
    /**
     * Answers. A thread of the front's that may be blocked for some seconds.
     *
     * @param request what is asked, with GET or HEAD.
     * @return the answer; null = there is no such page.
     */
    Page reply(Request request);

    /**
     * What is asked.
     *
     * @param method   of HTTP.
     * @param path     decoded.
     * @param rawQuery what stands behind the question mark; null = nothing.
     * @param accept   the header of that name; null = none.
     */
    record Request(String method, String path, String rawQuery, String accept)
    {
    }

    /**
     * An answer.
     *
     * @param status      of HTTP.
     * @param contentType of the body.
     * @param headers     besides that.
     * @param body        as bytes; nobody changes them.
     */
    record Page(int status, String contentType, Map<String, String> headers, byte[] body)
    {
    }
}
