package io.tourbillon.transport.http;

import io.tourbillon.codecs.Protocol;

import java.util.function.Function;

/**
 * The pages, independent of the server that shows them: {@code /health}, {@code /livez}, {@code /readyz}, {@code /version},
 * {@code /metrics}, {@code /status} and {@code /status.json}. Any thread; blocks while it reads from the member, for some seconds at most.
 */
public final class Pages implements PageSource
{
    private static final String METRICS = "/metrics";
    private static final String VERSION = "/version";

    private final HealthPages health;
    private final Function<String, PageReply> metrics;
    private final StatusPage status;
    private final String version;

    /**
     * @param vitals  what is asked about health.
     * @param metrics makes the page of figures, in the form that the Accept header asks for.
     * @param status  the page for people.
     * @param version of this software.
     */
    public Pages(final Vitals vitals, final Function<String, PageReply> metrics, final StatusPage status, final String version)
    {
        this.health = new HealthPages(vitals);
        this.metrics = metrics;
        this.status = status;
        this.version = version;
    }

    /** A 404 names the pages there are. */
    @Override
    public PageReply reply(final PageRequest request)
    {
        if (!request.method().equals("GET") && !request.method().equals("HEAD"))
        {
            return PageReply.text(PageReply.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
        }
        if (request.path().equals(METRICS))
        {
            return metrics.apply(request.accept());
        }
        if (request.path().equals(VERSION))
        {
            return PageReply.json(PageReply.OK, new Json().open('{').put("etcdserver", Protocol.ETCD_VERSION)
                .put("etcdcluster", Protocol.ETCD_VERSION).put("storage", Protocol.ETCD_VERSION).put("tourbillon", version).close('}')
                .toString());
        }
        final PageReply shown = status.reply(request);
        final PageReply reply = shown != null ? shown : health.reply(request);
        return reply != null ? reply : PageReply.text(PageReply.NOT_FOUND, "there is " + String.join(", ", StatusPage.HTML,
            StatusPage.JSON, METRICS, HealthPages.HEALTH, HealthPages.LIVEZ, HealthPages.READYZ, VERSION) + "\n");
    }
}
