package io.tourbillon.transport.etcd.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;

import java.util.Set;

/** Whose web pages may ask, and by which names this host may be asked, as etcd has it. Any thread. */
final class Access
{
    private static final String ALL = "*";

    private final Set<String> origins;
    private final Set<String> hosts;

    Access(final Set<String> origins, final Set<String> hosts)
    {
        this.origins = origins;
        this.hosts = hosts;
    }

    /** Whether the host that a request names is one of ours: a web page that has its own name point here must not get in. */
    boolean isHostKnown(final HttpRequest request)
    {
        return hosts.isEmpty() || hosts.contains(ALL) || hosts.contains(hostName(request));
    }

    /** Without port and brackets; empty if none is named. */
    static String hostName(final HttpRequest request)
    {
        final String host = request.headers().get(HttpHeaderNames.HOST, "");
        if (host.startsWith("["))
        {
            return host.substring(1, Math.max(1, host.indexOf(']')));
        }
        final int colonAt = host.indexOf(':');
        return colonAt < 0 ? host : host.substring(0, colonAt);
    }

    /** Whether a request that browsers send for pages of any host, a WebSocket's, comes from a page that may ask, or from no page. */
    boolean isOriginKnown(final HttpRequest request)
    {
        final String origin = request.headers().get(HttpHeaderNames.ORIGIN, "");
        return origin.isEmpty() || origins.contains(ALL) || origins.contains(origin);
    }

    /** Adds what a browser looks for before it hands the answer to a page of another host. */
    void allow(final HttpRequest request, final HttpHeaders answer)
    {
        final String origin = request.headers().get(HttpHeaderNames.ORIGIN, "");
        if (origins.contains(ALL) || origins.contains(origin))
        {
            answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE");
            answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origins.contains(ALL) ? ALL : origin);
            answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization");
        }
    }
}
